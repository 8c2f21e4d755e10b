"""Promote: the candidate becomes live in the record."""

from typing import Any

import pytest

from tests.core.shop import (
    BUNDLE_RELEASE,
    DEPLOYMENT_ID,
    GREEN,
    GREEN_FLEET,
    TEMPLATE,
    WATCHED_ALARMS,
    payload,
)
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.deployment import Ran
from viridian.core.errors import CandidateBreached, DeploymentPaused
from viridian.core.fleet import Blueprint
from viridian.handlers.promote import Input, handler


def promote(shop: Shop) -> dict[str, Any]:
    given = payload(Input)
    return handler(
        given,
        CONTEXT,
        shop.leases,
        shop.records,
        shop.balancers,
        shop.fleets,
        decisions=shop.decisions,
    )


def test_the_record_says_what_is_live_where_and_by_whom(shop: Shop) -> None:
    assert promote(shop) == {"version": "1.1.0"}
    recorded = dict(shop.records.items["shop", "PRODUCTION"])
    del recorded["facts"]
    assert recorded == {
        "version": "1.1.0",
        "colour": "green",
        "deployment_id": DEPLOYMENT_ID,
        "asked_at": "12:00",
        "promoted_at": "2026-11-01T12:00:00.000Z",
        "revision": "arn:shop:5",
    }


def test_the_record_has_both_sides_as_they_were_promoted(shop: Shop) -> None:
    shop.balancers.groups[GREEN]["health_check"]["HealthCheckPath"] = "/green"
    shop.ecs.services[GREEN_FLEET].told["network"]["subnets"] = "subnet-green"

    promote(shop)

    live = shop.records.production("shop")
    assert live is not None
    assert live.recorded["live.health_check"]["HealthCheckPath"] == "/green"
    assert live.recorded["live.network"]["subnets"] == "subnet-green"
    assert live.recorded["live.task_definition"] == {"taskDefinition": "arn:shop:5"}
    assert live.recorded["candidate.attributes"] == {"slow_start.duration_seconds": "0"}


def test_what_is_live_is_kept_with_what_it_runs_as(shop: Shop) -> None:
    promote(shop)

    ran = shop.records.ran("shop", "1.1.0")
    assert ran == Ran(BUNDLE_RELEASE, Blueprint(TEMPLATE, "arn:shop:5"), DEPLOYMENT_ID)


def test_the_lease_says_that_the_candidate_has_all_traffic(shop: Shop) -> None:
    promote(shop)

    lease = shop.leases.get("shop")
    assert (lease.candidate_percent, lease.phase) == (100, "standby")
    assert lease.watched_alarms == WATCHED_ALARMS


def test_a_breach_recorded_until_now_still_refuses(shop: Shop) -> None:
    shop.breach()

    with pytest.raises(CandidateBreached):
        promote(shop)

    assert shop.records.items == {}


def test_one_that_is_paused_is_not_promoted(shop: Shop) -> None:
    shop.leases.set("shop", paused="paused by alice", pause_ends=2**40)

    with pytest.raises(DeploymentPaused):
        promote(shop)

    assert shop.records.items == {}
