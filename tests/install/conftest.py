"""The wheel, and empty environments in which it is installed.

They are resolved against what is locked, from uv's cache when it holds everything.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.session import PROJECT

UV = Path(sys.executable).with_name("uv")
OF_THE_CHECKOUT = ("PYTHONPATH", "VIRTUAL_ENV")


def outside() -> dict[str, str]:
    """An environment with nothing of the checkout in it."""
    return {name: value for name, value in os.environ.items() if name not in OF_THE_CHECKOUT}


def call(*command: str | Path, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run to its end."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=outside() | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run to a good end; what it told."""
    done = call(*command, cwd=cwd, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(wheel: Path, folder: Path, extra: str = "") -> Path:
    """The interpreter of an environment that has the wheel and nothing else."""
    environment = folder / "environment"
    run(UV, "venv", "--python", sys.executable, environment, cwd=folder)
    install = (UV, "pip", "install", "--python", environment, f"viridian{extra} @ file://{wheel}")
    locked = ("--constraints", PROJECT / "requirements.lock")
    try:
        run(*install, *locked, "--offline", cwd=folder)
    except AssertionError:
        run(*install, *locked, cwd=folder)
    return environment / "bin" / "python"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=PROJECT)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the wheel alone."""
    return installed(wheel, tmp_path_factory.mktemp("install"))
