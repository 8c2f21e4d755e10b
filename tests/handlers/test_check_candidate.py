"""CheckCandidate: ready, not yet, or out of time."""

from typing import Any

import pytest

from tests.core.shop import GREEN, GREEN_FLEET, payload
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import CandidateBreached, CandidateNotReady
from viridian.handlers.check_candidate import Input, handler

STARTED_MS = 1_800_000_000_000
ARN = "arn:aws:ecs:task-definition/green:1"


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """The candidate runs the release on live's two tasks."""
    shop.ecs.services[GREEN_FLEET].desired = shop.ecs.services[GREEN_FLEET].running = 2
    return shop


def check(shop: Shop, waited_seconds: float = 1, revision: str = ARN) -> dict[str, Any]:
    event = payload(Input, revision=revision, since_ms=STARTED_MS, timeout_seconds=120)
    now = STARTED_MS / 1000 + waited_seconds
    adapters = shop.balancers, shop.alarms, shop.fleets, shop.leases
    return handler(event, CONTEXT, *adapters, lambda: now)


def test_a_candidate_healthy_on_the_release_alone_is_ready(ready: Shop) -> None:
    reason = "2 of 2 targets healthy"
    assert check(ready) == {"is_ready": True, "reason": reason, "is_crashing": False}


def test_its_fleet_its_targets_and_its_alarms_are_looked_at(ready: Shop) -> None:
    ready.alarms.known["shop-green-5xx"] = "ALARM"
    assert check(ready)["reason"] == "in ALARM: shop-green-5xx"

    ready.balancers.states[GREEN] = ["initial", "healthy"]
    assert "1 initial" in check(ready)["reason"]

    assert check(ready, revision="arn:new")["reason"].startswith(f"wanted arn:new, found {ARN}; ")


def test_a_candidate_that_is_never_ready_is_refused_after_its_time(ready: Shop) -> None:
    ready.balancers.states[GREEN] = []

    assert not check(ready, waited_seconds=119)["is_ready"]
    with pytest.raises(CandidateNotReady, match=r"not ready after 120 s: .* no targets"):
        check(ready, waited_seconds=120)


def test_one_that_only_crashes_is_refused_at_once_and_what_ended_its_tasks_is_told(
    ready: Shop,
) -> None:
    service = ready.ecs.services[GREEN_FLEET]
    service.running, service.failed, ready.ecs.told = 0, 2, ("task 1 exited", "| no database")
    assert not check(ready)["is_ready"]

    service.failed = 3
    with pytest.raises(CandidateNotReady, match=r"^it only crashes: .* 3 failed") as refused:
        check(ready)

    assert str(refused.value).splitlines()[-2:] == ["task 1 exited", "| no database"]


def test_one_that_was_aborted_waits_no_longer(ready: Shop) -> None:
    ready.leases.set("shop", breach="aborted by alice: because")

    with pytest.raises(CandidateBreached, match="aborted by alice"):
        check(ready)
