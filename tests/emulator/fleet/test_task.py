"""A task's way into service and out of it."""

import pytest

from emulator.fleet.plan import Health
from emulator.fleet.task import RunningTask

PORT = 15001


class FakeProcess:
    exit_code: int | None = None

    def __init__(self) -> None:
        self.signals: list[str] = []

    def terminate(self) -> None:
        self.signals.append("SIGTERM")

    def kill(self) -> None:
        self.signals.append("SIGKILL")


class FakeTargets:
    def __init__(self, drain_seconds: float = 5.0) -> None:
        self.registered: list[str] = []
        self.states: dict[str, str] = {}
        self._drain_seconds = drain_seconds

    def register(self, group: str, host: str, port: int, /) -> None:
        self.registered.append(group)

    def deregister(self, group: str, host: str, port: int, /) -> None:
        self.registered.remove(group)

    def health(self, group: str, host: str, port: int, /) -> tuple[str, str]:
        return self.states.get(group, "initial"), ""

    def seconds_left_draining(self, group: str, host: str, port: int, /) -> float:
        return self._drain_seconds


@pytest.fixture
def targets() -> FakeTargets:
    return FakeTargets()


@pytest.fixture
def process() -> FakeProcess:
    return FakeProcess()


@pytest.fixture
def running(process: FakeProcess, targets: FakeTargets) -> RunningTask:
    task = RunningTask(process, targets, ["one", "two"], PORT, stop_timeout_seconds=30)
    task.register()
    return task


@pytest.mark.usefixtures("running")
def test_it_is_in_all_its_groups(targets: FakeTargets) -> None:
    assert targets.registered == ["one", "two"]


@pytest.mark.parametrize(
    ("states", "health"),
    [
        ({}, Health.UNKNOWN),
        ({"one": "healthy"}, Health.UNKNOWN),
        ({"one": "healthy", "two": "healthy"}, Health.HEALTHY),
        ({"one": "healthy", "two": "unhealthy"}, Health.UNHEALTHY),
        ({"one": "healthy", "two": "unused"}, Health.UNKNOWN),
    ],
)
def test_its_health_is_the_worst_of_its_groups(
    running: RunningTask, targets: FakeTargets, states: dict[str, str], health: Health
) -> None:
    targets.states = states
    assert running.health is health


def test_without_a_group_it_is_healthy() -> None:
    assert RunningTask(FakeProcess(), FakeTargets(), [], PORT).health is Health.HEALTHY


def test_it_is_drained_before_it_is_told_to_end(
    running: RunningTask, process: FakeProcess, targets: FakeTargets
) -> None:
    running.begin_stop(now=100)
    running.advance(104.9)
    assert (targets.registered, process.signals) == ([], [])
    running.advance(105)
    assert process.signals == ["SIGTERM"]


def test_it_is_killed_after_its_stop_timeout_and_only_once(
    running: RunningTask, process: FakeProcess
) -> None:
    running.begin_stop(now=100)
    for now in (105, 134, 135, 140, 200):
        running.advance(now)
    assert process.signals == ["SIGTERM", "SIGKILL"]


def test_a_second_stop_does_not_begin_again(running: RunningTask, process: FakeProcess) -> None:
    running.begin_stop(now=100)
    running.begin_stop(now=104)
    running.advance(105)
    assert process.signals == ["SIGTERM"]


def test_draining_is_bounded(process: FakeProcess) -> None:
    running = RunningTask(process, FakeTargets(drain_seconds=3600), ["one"], PORT)
    running.register()
    running.begin_stop(now=0)
    running.advance(60)
    assert process.signals == ["SIGTERM"]
