"""Two rehearsals never share a directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.session import PROJECT
from rehearsal.sole_use import DirectoryInUse, sole_use


def test_a_directory_in_use_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with sole_use(tmp_path), pytest.raises(DirectoryInUse) as refused, sole_use(tmp_path):
        pass
    assert str(refused.value).startswith(f"{tmp_path}: another rehearsal runs in it")
    assert "--directory" in str(refused.value)


def test_a_directory_that_was_left_is_free(tmp_path: Path) -> None:
    for _ in range(2):
        with sole_use(tmp_path / "demo"):
            pass


def test_a_demo_ends_at_once_where_another_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rehearsal", "demo", "--directory", str(tmp_path)]
    with sole_use(tmp_path):
        ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"{tmp_path}: another rehearsal runs in it" in ended.stderr
