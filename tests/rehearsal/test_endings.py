"""However a rehearsal ends, nothing of it is left running."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.assemblies import PROJECT, REHEARSED, Assemblies

RELEASE = PROJECT / "examples" / "shop" / "releases" / "1.1.0"


def processes_of(folder: Path) -> dict[int, str]:
    """All processes that were started for the folder, or live in it, with their command lines."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            where = str((process / "cwd").readlink())
        except OSError:
            continue  # it ended, or is a zombie
        if str(folder) in command or where.startswith(str(folder)):
            found[int(process.name)] = command
    return found


def has_ended(folder: Path) -> bool:
    for _ in range(300):
        if not processes_of(folder):
            return True
        time.sleep(0.1)
    return False


def heed_interrupts() -> None:
    """A suite that runs in the background passes on that it ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.xdist_group("demo")
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("number", "moment", "exit_code"),
    [
        (signal.SIGINT, "starting the emulator", 130),
        (signal.SIGTERM, "deploying the stack Shop", 143),
        (signal.SIGKILL, "uploading", -signal.SIGKILL),
    ],
)
def test_nothing_is_left_after(
    number: signal.Signals, moment: str, exit_code: int, tmp_path: Path, assemblies: Assemblies
) -> None:
    command = [sys.executable, "-m", "rehearsal", "demo", "--directory", str(tmp_path)]
    if moment == "uploading":
        command += ["--release", str(RELEASE), "--assembly", str(assemblies.at(REHEARSED))]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    ) as demo:
        next(line for line in demo.stdout or () if moment in line)
        assert processes_of(tmp_path).keys() > {demo.pid}
        demo.send_signal(number)
        assert demo.wait(60) == exit_code
    assert has_ended(tmp_path), processes_of(tmp_path)
