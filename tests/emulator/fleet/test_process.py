"""A task's program as a process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.fleet.process import TaskProcess

PROJECT = Path(__file__).parents[3]
PATIENCE_SECONDS = 30


Start = Callable[..., tuple[TaskProcess, Path]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[TaskProcess] = []

    def starter(*command: str, **environment: str) -> tuple[TaskProcess, Path]:
        log = tmp_path / "logs" / "task.log"
        process = TaskProcess(command, folder=tmp_path, environment=environment, log=log)
        started.append(process)
        return process, log

    yield starter
    for process in started:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def test_what_it_prints_is_in_its_log(start: Start) -> None:
    process, log = start("sh", "-c", "echo $GREETING; pwd", GREETING="hello")
    assert process.wait(PATIENCE_SECONDS)
    assert log.read_text().split() == ["hello", str(log.parent.parent)]


def test_its_exit_code_is_told(start: Start) -> None:
    process, _ = start("sh", "-c", "exit 3")
    assert process.wait(PATIENCE_SECONDS)
    assert process.exit_code == 3


def test_a_command_that_is_not_there_exits_with_127_and_says_so(start: Start) -> None:
    process, log = start("no-such-program")
    assert process.wait(PATIENCE_SECONDS)
    assert (process.exit_code, log.read_text()) == (
        127,
        "no-such-program: No such file or directory\n",
    )


def test_terminate_asks_it_and_its_children_to_end(start: Start) -> None:
    process, _ = start("sh", "-c", "sleep 60 & wait")
    assert process.exit_code is None
    process.terminate()
    assert process.wait(PATIENCE_SECONDS)
    assert process.exit_code == 143


def test_it_does_not_inherit_the_emulators_credentials(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    process, log = start("env")
    assert process.wait(PATIENCE_SECONDS)
    assert "secret" not in log.read_text()


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from emulator.fleet.process import TaskProcess\n"
        f"here = Path({str(tmp_path)!r})\n"
        "command = ['sh', '-c', 'echo $$ > pid; exec sleep 60']\n"
        "TaskProcess(command, folder=here, environment={}, log=here / 'log')\n"
        "while not (here / 'pid').exists() or not (here / 'pid').read_text():\n"
        "    time.sleep(0.01)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    parent = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, timeout=60)
    assert parent.returncode == -signal.SIGKILL
    assert _is_gone(int((tmp_path / "pid").read_text()))


def _is_gone(pid: int) -> bool:
    for _ in range(PATIENCE_SECONDS * 50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
