"""The emulator proves itself before it serves, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.errors import WrongVersion
from emulator.repairs import MINISTACK_VERSION, check_version
from tests.emulator.rig import eventually

ROOT = Path(__file__).resolve().parents[2]
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def emulator(tmp_path):
    command = [sys.executable, "-m", "emulator", "--directory", str(tmp_path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert "endpoint_url" in json.loads(process.stdout.readline())
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def children_of(pid):
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = status.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(status.parent.name))
    return found


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@ON_LINUX
@pytest.mark.parametrize(
    "end",
    [
        lambda process: process.stdin.close(),
        lambda process: process.send_signal(signal.SIGTERM),
        lambda process: process.send_signal(signal.SIGINT),
    ],
    ids=["end of input", "SIGTERM", "SIGINT"],
)
def test_it_ends_with_its_children(emulator, end):
    children = children_of(emulator.pid)
    assert children
    end(emulator)
    assert emulator.wait(timeout=60) == 0
    eventually(lambda: not any(map(is_running, children)))


@ON_LINUX
def test_nothing_survives_even_when_it_is_killed(emulator):
    children = children_of(emulator.pid)
    os.kill(emulator.pid, signal.SIGKILL)
    emulator.wait()
    eventually(lambda: not any(map(is_running, children)))


def test_another_version_of_the_emulator_is_refused():
    check_version(MINISTACK_VERSION)
    with pytest.raises(WrongVersion, match=r"ministack 1.6.0 is installed"):
        check_version("1.6.0")
