"""Viridian in a foreign team's hands: its wheel alone, and an app outside the checkout.

The environment is resolved against what is locked, from uv's cache when it holds everything.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.assembly import Assembly
from rehearsal.demo.record import deploy
from rehearsal.demo.summary import PROMOTED, outcome_of
from rehearsal.session import PROJECT, Rehearsal
from rehearsal.traffic import Traffic
from tests.infra.test_packaging import contents
from viridian_cdk.packaging import assemble
from viridian_cli.release import pack

pytestmark = pytest.mark.xdist_group("install")
HERE = Path(__file__).parent
SERVICE_FILE = PROJECT / "tests" / "rehearsal" / "service.yaml"
UV = Path(sys.executable).with_name("uv")


def run(*command, cwd, **environment):
    """Run to a good end, with nothing of the checkout on the path."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=kept | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of an empty environment in which the wheel was installed."""
    folder = tmp_path_factory.mktemp("install")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=PROJECT)
    [wheel] = folder.glob("*.whl")
    environment = folder / "environment"
    run(UV, "venv", "--python", sys.executable, environment, cwd=folder)
    install = (UV, "pip", "install", "--python", environment, wheel)
    locked = ("--constraints", PROJECT / "requirements.lock")
    try:
        run(*install, *locked, "--offline", cwd=folder)
    except AssertionError:
        run(*install, *locked, cwd=folder)
    return environment / "bin" / "python"


@pytest.fixture(scope="module")
def assembly(python, tmp_path_factory):
    """The README's app, synthesised."""
    folder = tmp_path_factory.mktemp("orders")
    [app] = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    (folder / "app.py").write_text(app)
    settings = SERVICE_FILE.read_text().replace("service: shop", "service: orders")
    (folder / "service.yaml").write_text(settings)
    quiet = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    run(python, "app.py", cwd=folder, CDK_OUTDIR=str(folder / "cdk.out"), **quiet)
    return Assembly.at(folder / "cdk.out")


def release(folder, version):
    """A release of the orders' program."""
    (folder / version).mkdir()
    shutil.copy(HERE / "orders.py", folder / version)
    manifest = {"service": "orders", "version": version, "command": ["python3", "orders.py"]}
    (folder / version / "release.json").write_text(json.dumps(manifest))
    return folder / version


def test_the_wheel_and_the_checkout_make_the_same_asset(assembly, tmp_path):
    [asset] = assembly.folder.glob("asset.*")
    assemble(tmp_path / "asset")

    assert contents(asset) == contents(tmp_path / "asset")


def test_an_uploaded_release_of_a_foreign_service_is_promoted(assembly, tmp_path):
    first, second = (release(tmp_path, version) for version in ("1.0.0", "2.0.0"))
    with (
        Rehearsal(tmp_path / "rehearsal", assembly=assembly, first_release=first) as rehearsal,
        Traffic(f"{rehearsal.outputs.production_url}/", rate=50, log=tmp_path / "log") as traffic,
    ):
        record = deploy(rehearsal, pack(second))
        traffic.stop()

    assert outcome_of(record) == PROMOTED, record.ending
    assert traffic.answers().failed == 0
    assert set(traffic.answers().by_version) == {"1.0.0", "2.0.0"}
