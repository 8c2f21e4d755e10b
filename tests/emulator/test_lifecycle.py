"""The emulator proves itself before it serves, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError

from emulator.client.control import Control
from emulator.errors import WrongVersion
from emulator.repairs import MINISTACK_VERSION, check_version
from tests.emulator.rig import Balancer, Cloud, eventually

ROOT = Path(__file__).resolve().parents[2]
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


Process = subprocess.Popen[str]


class Emulator(NamedTuple):
    process: Process
    endpoint_url: str


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    command = [sys.executable, "-m", "emulator", "--directory", str(tmp_path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield Emulator(process, json.loads(process.stdout.readline())["endpoint_url"])
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = status.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(status.parent.name))
    return found


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()


def is_running(pid: int) -> bool:
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
def test_it_ends_with_its_children(emulator: Emulator, end: Callable[[Process], None]) -> None:
    children = children_of(emulator.process.pid)
    assert children
    end(emulator.process)
    assert emulator.process.wait(timeout=60) == 0
    eventually(lambda: not any(map(is_running, children)))


@ON_LINUX
def test_nothing_survives_even_when_it_is_killed(emulator: Emulator) -> None:
    children = children_of(emulator.process.pid)
    emulator.process.kill()
    emulator.process.wait()
    eventually(lambda: not any(map(is_running, children)))


@ON_LINUX
def test_without_its_data_plane_it_tells_why_instead_of_answering(emulator: Emulator) -> None:
    """Also of a change of targets; what publishes nothing is answered."""
    elbv2 = Cloud(emulator.endpoint_url, Control("")).client("elbv2")
    balancer = Balancer(elbv2, "lost")
    (envoy,) = (pid for pid in children_of(emulator.process.pid) if "envoy" in command_of(pid))
    os.kill(envoy, signal.SIGKILL)
    eventually(lambda: not is_running(envoy))
    with pytest.raises(ClientError, match="Envoy ended with -9"):
        balancer.shift(0, 100)
    with pytest.raises(ClientError, match="Envoy ended with -9"):
        balancer.register_port(balancer.blue, 1)
    assert elbv2.describe_rules(RuleArns=[balancer.rule])["Rules"]


def test_another_version_of_the_emulator_is_refused() -> None:
    check_version(MINISTACK_VERSION)
    with pytest.raises(WrongVersion, match=r"ministack 1.6.0 is installed"):
        check_version("1.6.0")
