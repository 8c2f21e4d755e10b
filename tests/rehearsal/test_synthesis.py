"""Synthesising as the CDK CLI does, and ending it at any moment."""

import json
import os
import select
from pathlib import Path

import pytest

from rehearsal.synthesis import Synthesis, SynthesisFailed

APP = """
import json, os, pathlib, tempfile
folder = pathlib.Path(os.environ["CDK_OUTDIR"])
folder.mkdir()
context = json.loads(os.environ["CDK_CONTEXT_JSON"])
artifacts = {"context": context, "left": tempfile.mkdtemp()}
(folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
"""
APP_COMMAND = "python3 app.py"
WAITING_APP = """
import subprocess, sys
with open("started", "w") as started:
    started.write("s")
    started.flush()
    wait = [sys.executable, "-c", "import signal; signal.pause()"]
    subprocess.run(wait, stdout=started)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "cdk.json").write_text(
        json.dumps({"app": "another.py", "context": {"serviceFile": "a", "other": True}})
    )
    return folder


def test_the_app_is_run_with_the_projects_context_and_the_callers_over_it(
    project: Path, tmp_path: Path
) -> None:
    assembly = Synthesis(project, APP_COMMAND, tmp_path / "out", {"serviceFile": "b"}).assembly()
    assert assembly.artifacts["context"] == {"serviceFile": "b", "other": True}


def test_an_app_that_fails_is_told_with_what_it_said(project: Path, tmp_path: Path) -> None:
    (project / "app.py").write_text("raise SystemExit('no such stack')\n")
    with pytest.raises(SynthesisFailed, match=r"python3 app\.py exited with 1:\nno such stack"):
        Synthesis(project, APP_COMMAND, tmp_path / "out").assembly()


def test_a_shell_runs_it_as_that_of_the_cdk_does(project: Path, tmp_path: Path) -> None:
    command = "cd . && echo no vpc && exit 3"
    with pytest.raises(SynthesisFailed, match="exited with 3:\nno vpc"):
        Synthesis(project, command, tmp_path / "out").assembly()


@pytest.mark.parametrize("is_active", [True, False])
def test_python3_has_viridian_s_packages_unless_another_environment_is_active(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_active: bool
) -> None:
    own = tmp_path / "bin"
    own.mkdir()
    (own / "python3").write_text("#!/bin/sh\necho its own; exit 1\n")
    (own / "python3").chmod(0o755)
    monkeypatch.setenv("PATH", f"{own}:/usr/bin:/bin")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    if is_active:
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    (project / "app.py").write_text("import aws_cdk, sys; sys.exit('has them')\n")
    with pytest.raises(SynthesisFailed, match="its own" if is_active else "has them"):
        Synthesis(project, APP_COMMAND, tmp_path / "out").assembly()


def test_a_cdk_json_that_is_none_is_told(project: Path, tmp_path: Path) -> None:
    (project / "cdk.json").write_text("{")
    with pytest.raises(SynthesisFailed, match=r"cdk\.json: not JSON"):
        Synthesis(project, APP_COMMAND, tmp_path / "out")


def test_no_temporary_file_is_left(project: Path, tmp_path: Path) -> None:
    assembly = Synthesis(project, APP_COMMAND, tmp_path / "out").assembly()
    assert assembly.artifacts["left"].startswith(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"out", "out.log", "project"}


def test_it_is_ended_at_once_with_all_that_it_started(project: Path, tmp_path: Path) -> None:
    (project / "app.py").write_text(WAITING_APP)
    os.mkfifo(project / "started")
    synthesis = Synthesis(project, APP_COMMAND, tmp_path / "out")
    with (project / "started").open("rb", buffering=0) as started:
        assert started.read(1)

        synthesis.stop()

        assert select.select([started], [], [], 30)[0], "something of it still runs"
        assert started.read() == b""
    assert {path.name for path in tmp_path.iterdir()} == {"out.log", "project"}
