"""A person with the README and the wheel: a service begun, rehearsed, released well and badly."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.install.conftest import call, installed, outside, run
from tests.rehearsal.live_shop import eventually
from tests.rehearsal.test_endings import heed_interrupts

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("install")]
PATIENCE_SECONDS = 60.0
STORY_SECONDS = 240


@pytest.fixture(scope="module")
def viridian(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, of an environment that can rehearse."""
    python = installed(wheel, tmp_path_factory.mktemp("install"), "[rehearsal]")
    return python.with_name("viridian")


@contextmanager
def rehearsed(viridian: Path, folder: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """What the rehearsal says when it is ready, and the file of what it tells then."""
    told = folder.with_suffix(".told")
    command = [str(viridian), "rehearse", str(folder), "--json"]
    with told.open("w") as errors:
        process = subprocess.Popen(
            command,
            cwd="/",
            env=outside(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            preexec_fn=heed_interrupts,
        )
    assert process.stdout is not None
    document = "".join(takewhile(lambda line: line != "}\n", process.stdout))
    assert document, told.read_text()
    try:
        yield json.loads(document + "}"), told
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, told.read_text()


def release(folder: Path, version: str, **environment: str) -> Path:
    """The starter's release, as another version."""
    path = folder / "release" / "release.json"
    manifest = json.loads(path.read_text()) | {"version": version, "environment": environment}
    path.write_text(json.dumps(manifest))
    return path.parent


def test_a_good_release_is_promoted_and_the_report_of_a_bad_one_tells_the_breach(
    viridian: Path, tmp_path: Path
) -> None:
    began, folder = time.monotonic(), tmp_path / "orders"
    run(viridian, "init", folder, "--yes", cwd=tmp_path)
    with rehearsed(viridian, folder) as (ready, told):
        assert (ready["service"], ready["version"]) == ("orders", "1.0.0")
        here = {"cwd": tmp_path, **ready["environment"]}
        good = run(viridian, "release", "push", release(folder, "1.1.0"), "--watch", **here)
        bad = release(folder, "1.2.0", FAULT_PERCENT="20")
        id = run(viridian, "release", "push", bad, **here).strip()
        watched = call(viridian, "watch", id, **here)
        eventually(lambda: call(viridian, "report", id, **here).returncode == 0, PATIENCE_SECONDS)
        eventually(lambda: f"viridian report {id}" in told.read_text(), PATIENCE_SECONDS)

    assert "DeploymentPromoted: orders 1.1.0 is live" in good
    assert watched.returncode == 3
    assert f"{id}  DeploymentReverted: " in watched.stdout
    page = (tmp_path / f"{id}.html").read_text()
    assert "DeploymentReverted" in page
    assert "ErrorRate" in page
    assert "went into ALARM" in page
    with pytest.raises(URLError):
        urlopen(ready["production_url"], timeout=5)
    assert time.monotonic() - began < STORY_SECONDS


def test_a_service_without_a_cdk_app_is_rehearsed_in_that_of_the_starter(
    viridian: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "till"
    run(viridian, "init", folder, "--yes", cwd=tmp_path)
    for name in ("cdk.json", "cdk_app.py"):
        (folder / name).unlink()
    with rehearsed(viridian, folder) as (ready, _), urlopen(ready["production_url"]) as answer:
        assert answer.headers["X-Release-Version"] == "1.0.0"
        assert json.load(answer)["service"] == "till"
