"""A task's way into service and out of it."""

import pytest

from emulator.fleet.plan import Health
from emulator.fleet.task import RunningTask

PORT = 15001


class FakeProcess:
    exit_code = None

    def __init__(self):
        self.signals = []

    def terminate(self):
        self.signals.append("SIGTERM")

    def kill(self):
        self.signals.append("SIGKILL")


class FakeTargets:
    def __init__(self, drain_seconds=5.0):
        self.registered = []
        self.states = {}
        self._drain_seconds = drain_seconds

    def register(self, group, host, port):
        self.registered.append(group)

    def deregister(self, group, host, port):
        self.registered.remove(group)

    def health(self, group, host, port):
        return self.states.get(group, "initial"), ""

    def seconds_left_draining(self, group, host, port):
        return self._drain_seconds


@pytest.fixture
def targets():
    return FakeTargets()


@pytest.fixture
def running(targets):
    task = RunningTask(FakeProcess(), targets, ["one", "two"], PORT, stop_timeout_seconds=30)
    task.register()
    return task


def test_it_is_in_all_its_groups(running, targets):
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
def test_its_health_is_the_worst_of_its_groups(running, targets, states, health):
    targets.states = states
    assert running.health is health


def test_without_a_group_it_is_healthy():
    assert RunningTask(FakeProcess(), FakeTargets(), [], PORT).health is Health.HEALTHY


def test_it_is_drained_before_it_is_told_to_end(running, targets):
    running.begin_stop(now=100)
    running.advance(104.9)
    assert (targets.registered, running.process.signals) == ([], [])
    running.advance(105)
    assert running.process.signals == ["SIGTERM"]


def test_it_is_killed_after_its_stop_timeout_and_only_once(running):
    running.begin_stop(now=100)
    for now in (105, 134, 135, 140, 200):
        running.advance(now)
    assert running.process.signals == ["SIGTERM", "SIGKILL"]


def test_a_second_stop_does_not_begin_again(running):
    running.begin_stop(now=100)
    running.begin_stop(now=104)
    running.advance(105)
    assert running.process.signals == ["SIGTERM"]


def test_draining_is_bounded():
    running = RunningTask(FakeProcess(), FakeTargets(drain_seconds=3600), [], PORT)
    running.target_groups = ["one"]
    running.register()
    running.begin_stop(now=0)
    running.advance(60)
    assert running.process.signals == ["SIGTERM"]
