"""Viridian in a foreign team's hands: its wheel alone, and an app outside the checkout."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from rehearsal.demo import own_script, play
from rehearsal.session import PROJECT
from tests.infra.test_packaging import contents
from tests.install.conftest import call, run
from viridian_cdk.packaging import assemble
from viridian_cli.progress import PlainProgress

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("install")]
HERE = Path(__file__).parent
SERVICE_FILE = PROJECT / "tests" / "rehearsal" / "service.yaml"


@pytest.fixture(scope="module")
def assembly(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app of `docs/service.md` is synthesised."""
    folder = tmp_path_factory.mktemp("orders")
    page = (PROJECT / "docs" / "service.md").read_text()
    app, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (folder / "app.py").write_text(app)
    settings = SERVICE_FILE.read_text().replace("service: shop", "service: orders")
    (folder / "service.yaml").write_text(settings)
    quiet = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    run(python, "app.py", cwd=folder, CDK_OUTDIR=str(folder / "cdk.out"), **quiet)
    return folder / "cdk.out"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A release of the foreign service."""
    folder = tmp_path / "orders"
    folder.mkdir()
    shutil.copy(HERE / "orders.py", folder)
    manifest = {"service": "orders", "version": "2.0.0", "command": ["python3", "orders.py"]}
    (folder / "release.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("module", ["viridian.bundle", "viridian_cli.deployment"])
def test_the_wheel_carries_what_no_stack_imports(python: Path, tmp_path: Path, module: str) -> None:
    run(python, "-c", f"import {module}", cwd=tmp_path)


def test_the_wheel_puts_nothing_into_an_environment_but_what_is_named_viridian(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}

    assert tops - {wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"} == {
        "viridian",
        "viridian_cdk",
        "viridian_cli",
    }


def test_the_wheel_alone_says_what_a_rehearsal_needs(python: Path, tmp_path: Path) -> None:
    told = call(python.with_name("viridian"), "rehearse", tmp_path, cwd=tmp_path)

    assert told.returncode == 1
    assert "pip install 'viridian[rehearsal]'" in told.stderr


def test_the_wheel_brings_the_command(python: Path, tmp_path: Path) -> None:
    run(python.with_name("viridian"), "--help", cwd=tmp_path)
    run(python.with_name("viridian"), "validate", SERVICE_FILE, cwd=tmp_path)


def test_the_wheel_and_the_checkout_make_the_same_asset(assembly: Path, tmp_path: Path) -> None:
    [asset] = assembly.glob("asset.*")
    assemble(tmp_path / "asset")

    assert contents(asset) == contents(tmp_path / "asset")


def test_an_uploaded_release_of_a_foreign_service_is_promoted(
    assembly: Path, orders: Path, tmp_path: Path
) -> None:
    script = own_script(orders, tmp_path, assembly)
    ending = play(script, tmp_path / "demo", PlainProgress(lambda _line: None))

    assert ending.complaints == []
    assert set(ending.summary["traffic"]["by_version"]) == {"1.0.0", "2.0.0"}
