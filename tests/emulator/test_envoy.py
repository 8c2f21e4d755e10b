"""The Envoy process: what it watches, and how its end is told."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.errors import EnvoyEnded
from emulator.load_balancer.data_plane import DataPlane
from emulator.load_balancer.envoy import Envoy, last_critical
from emulator.load_balancer.model import Forward, Listener, Rule, Snapshot, TargetGroup
from emulator.ports import free_port
from tests.emulator.rig import eventually

LOG = """\
[2026-11-20 10:00:00.000][7][warning][main] [source/server/server.cc:1] nothing to see
[2026-11-20 10:00:01.000][7][critical][assert] [source/watcher.cc:2] assert failure: fd_ >= 0.
[2026-11-20 10:00:01.001][7][critical][backtrace] [./signal_action.h:3] Caught Aborted
[2026-11-20 10:00:01.002][7][critical][backtrace] [./signal_action.h:3] #0: [0x55d0]
"""
GROUP = "targetgroup/shop-blue/1"


@pytest.fixture
def envoy(tmp_path: Path) -> Iterator[Envoy]:
    started = Envoy(tmp_path)
    yield started
    started.close()


def watches(directory: Path) -> int:
    """How many inotify instances the Envoy of this folder holds."""
    bootstrap = f"{directory}/bootstrap.json"
    (found,) = (
        command.parent
        for command in Path("/proc").glob("[0-9]*/cmdline")
        if bootstrap in content(command)
    )
    return sum("inotify" in target(descriptor) for descriptor in (found / "fd").iterdir())


def content(path: Path) -> str:
    with contextlib.suppress(OSError):  # the process ended meanwhile
        return path.read_text(errors="replace")
    return ""


def target(link: Path) -> str:
    with contextlib.suppress(OSError):  # the file was closed meanwhile
        return str(link.readlink())
    return ""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_deleted_is_watched_no_longer(envoy: Envoy) -> None:
    snapshot = Snapshot()
    plane = DataPlane(envoy, lambda: snapshot)
    plane.publish()
    before = watches(envoy.directory), set(envoy.directory.iterdir())
    rule = Rule(Forward(((GROUP, 1),)))
    snapshot = Snapshot((Listener(free_port(), "app/shop/1", (rule,)),), (TargetGroup(GROUP),))
    plane.publish()
    assert watches(envoy.directory) == before[0] + 2

    snapshot = Snapshot()
    plane.publish()

    assert set(envoy.directory.iterdir()) == before[1]
    eventually(lambda: watches(envoy.directory), lambda count: count == before[0])


def test_its_end_is_told_with_its_last_words_and_the_way_out(envoy: Envoy) -> None:
    plane = DataPlane(envoy, Snapshot)
    with (envoy.directory / "envoy.log").open("a") as log:
        log.write(LOG)
    envoy.close()
    asks: tuple[Callable[[], object], ...] = (plane.publish, lambda: envoy.admin.values("x"))
    for ask in asks:
        with pytest.raises(EnvoyEnded, match="assert failure: fd_ >= 0") as told:
            ask()
        assert "fs.inotify.max_user_instances" in str(told.value)
        assert str(envoy.directory / "envoy.log") in str(told.value)


def test_its_last_words_are_not_its_stack() -> None:
    assert last_critical(LOG) == "assert failure: fd_ >= 0."
    assert last_critical("[7][warning][main] nothing") == ""
