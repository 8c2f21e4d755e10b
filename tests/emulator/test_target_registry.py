"""Targets go through the states that Elastic Load Balancing gives them."""

import pytest

from emulator.target_health import HealthCheck
from emulator.target_registry import DefaultGroups, TargetKey, TargetRegistry

GROUP = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/blue/1"
KEY = TargetKey(GROUP, "127.0.0.1", 8081)


class Groups(DefaultGroups):
    def deregistration_delay_seconds(self, _target_group_arn: str) -> float:
        return 5

    def health_check(self, _target_group_arn: str) -> HealthCheck:
        return HealthCheck(healthy_threshold=3, unhealthy_threshold=2)


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def registry(now: list[float]) -> TargetRegistry:
    return TargetRegistry(Groups(), clock=lambda: now[0])


def state(registry: TargetRegistry) -> str:
    return registry.health(KEY).state


def test_unknown_target_is_unused(registry: TargetRegistry) -> None:
    assert registry.health(KEY).reason == "Target.NotRegistered"


def test_new_target_is_initial_until_one_check_passes(registry: TargetRegistry) -> None:
    registry.register(KEY)
    assert state(registry) == "initial"
    registry.record_check(KEY)
    assert state(registry) == "healthy"


def test_new_target_that_fails_to_the_threshold_is_unhealthy(registry: TargetRegistry) -> None:
    registry.register(KEY)
    registry.record_check(KEY, "Target.Timeout")
    assert registry.health(KEY).reason == "Elb.InitialHealthChecking"
    registry.record_check(KEY, "Target.Timeout")
    assert (state(registry), registry.health(KEY).reason) == ("unhealthy", "Target.Timeout")


def test_unhealthy_target_needs_the_healthy_threshold_to_return(registry: TargetRegistry) -> None:
    registry.register(KEY)
    for _ in range(2):
        registry.record_check(KEY, "Target.FailedHealthChecks")
    states = []
    for _ in range(3):
        registry.record_check(KEY)
        states.append(state(registry))
    assert states == ["unhealthy", "unhealthy", "healthy"]


def test_one_failure_does_not_make_a_healthy_target_unhealthy(registry: TargetRegistry) -> None:
    registry.register(KEY)
    registry.record_check(KEY)
    registry.record_check(KEY, "Target.Timeout")
    registry.record_check(KEY)
    registry.record_check(KEY, "Target.Timeout")
    assert state(registry) == "healthy"


def test_deregistered_target_drains_for_the_delay_and_is_gone(
    registry: TargetRegistry, now: list[float]
) -> None:
    registry.register(KEY)
    registry.record_check(KEY)
    registry.deregister(KEY)
    assert (state(registry), registry.seconds_left_draining(KEY)) == ("draining", 5)
    now[0] += 4
    assert registry.seconds_left_draining(KEY) == 1
    now[0] += 1
    assert (state(registry), registry.targets()) == ("unused", [])


def test_health_check_does_not_end_draining(registry: TargetRegistry) -> None:
    registry.register(KEY)
    registry.deregister(KEY)
    registry.record_check(KEY)
    assert state(registry) == "draining"


def test_draining_target_that_is_registered_again_starts_over(registry: TargetRegistry) -> None:
    registry.register(KEY)
    registry.deregister(KEY)
    registry.register(KEY)
    assert state(registry) == "initial"


def test_every_change_of_state_is_announced(registry: TargetRegistry) -> None:
    changes: list[str] = []
    registry.on_change = lambda: changes.append(state(registry))
    registry.register(KEY)
    registry.record_check(KEY)
    registry.record_check(KEY)
    registry.deregister(KEY)
    assert changes == ["initial", "healthy", "draining"]


@pytest.mark.parametrize(
    ("matcher", "status", "accepted"),
    [("200", 200, True), ("200", 201, False), ("200-299", 204, True), ("200,301", 301, True)],
)
def test_matcher_names_codes_and_ranges(matcher: str, status: int, accepted: bool) -> None:
    assert HealthCheck(matcher=matcher).accepts(status) is accepted
