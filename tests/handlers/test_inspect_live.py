"""InspectLive: the truth from AWS before anything is touched."""

import io
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.core.shop import (
    BLUE,
    BLUE_FLEET,
    BUNDLE_RELEASE,
    DEPLOYMENT_ID,
    GREEN,
    GREEN_FLEET,
    RULE,
    WATCHED_ALARMS,
    payload,
)
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import PreflightFailed
from viridian.core.facts import facts
from viridian.core.quota import Room
from viridian.core.record import promoted
from viridian.core.sides import Production
from viridian.handlers.inspect_live import Input, handler


def inspect(shop: Shop, **members: Any) -> dict[str, Any]:
    event = payload(Input, **members)
    return handler(
        event, CONTEXT, shop.balancers, shop.alarms, shop.fleets, shop.records, shop.quotas
    )


def test_the_sides_are_found_and_what_watches_them(shop: Shop) -> None:
    found = inspect(shop)

    assert (found["live"]["colour"], found["candidate"]["colour"]) == ("blue", "green")
    assert (found["rule_arn"], found["size"]) == (RULE, 2)
    assert found["watched_alarms"] == WATCHED_ALARMS


def test_what_is_found_is_kept_with_the_deployment_s_record(shop: Shop) -> None:
    found = json.loads(json.dumps(inspect(shop)))

    kept = shop.records.items["shop", f"DEPLOYMENT#{DEPLOYMENT_ID}"]
    assert (json.loads(str(kept["sides"])), kept["fence"]) == (found, 7)


def test_roles_follow_the_rule_and_not_the_colours(shop: Shop) -> None:
    shop.split(100)
    shop.alarms.known |= {"shop-blue-5xx": "OK", "shop-blue-p99": "OK"}
    shop.ecs.services[GREEN_FLEET].desired = 2

    found = inspect(shop)

    assert (found["live"]["colour"], found["candidate"]["colour"]) == ("green", "blue")


def test_a_service_that_is_not_well_is_refused_and_nothing_recorded(shop: Shop) -> None:
    def refused(complaint: str) -> None:
        with pytest.raises(PreflightFailed, match=complaint):
            inspect(shop)

    shop.alarms.known["orders-lost"] = "ALARM"
    refused("already in ALARM: orders-lost")
    del shop.alarms.known["shop-green-5xx"]
    refused("alarms not found: shop-green-5xx")
    shop.balancers.states[BLUE] = ["healthy"]
    refused(r"the live side \(blue\)")
    shop.split(1)
    refused("wanted all weight on one side")

    assert (shop.records.items, shop.balancers.written, shop.ecs.registered) == ({}, [], [])


def test_a_rule_that_serves_what_was_never_promoted_is_refused(shop: Shop) -> None:
    shop.records.write(promoted("shop", Production("1.0.0", "green", "first", "before", "then")))

    with pytest.raises(PreflightFailed, match="serves blue, and green is recorded as live"):
        inspect(shop)


def promote(shop: Shop, revision: str = "arn:aws:ecs:task-definition/blue:1") -> None:
    """Record both sides as they are now as promoted: blue live, green idle."""
    handed = facts(live=shop.told_of("blue"), candidate=shop.told_of("green"))
    promotion = Production("1.0.0", "blue", "first", "before", "then", revision, json.dumps(handed))
    shop.records.write(promoted("shop", promotion))


def refusal(shop: Shop, **members: Any) -> str:
    with pytest.raises(PreflightFailed) as refused:
        inspect(shop, **members)
    return str(refused.value)


def test_what_live_runs_must_be_what_was_promoted_on_it_unless_the_request_accepts_it(
    shop: Shop,
) -> None:
    promote(shop, "arn:shop:7")

    assert refusal(shop).startswith("live.task_definition: wanted taskDefinition arn:shop:7, found")
    assert inspect(shop, accept=("live.task_definition",))["live"]["colour"] == "blue"


def test_sides_that_are_as_they_were_at_the_promotion_are_deployed_beside(shop: Shop) -> None:
    promote(shop)

    assert inspect(shop)["live"]["colour"] == "blue"


CHANGES = (
    ("live.attributes", "deregistration_delay.timeout_seconds", "5"),
    ("live.health_check", "HealthCheckPath", "/health"),
    ("live.launch_type", "launchType", "FARGATE"),
    ("live.network", "subnets", "subnet-1, subnet-2"),
    ("live.platform_version", "platformVersion", "LATEST"),
    ("candidate.attributes", "slow_start.duration_seconds", "0"),
    ("candidate.health_check", "HealthyThresholdCount", "2"),
)


def change(shop: Shop, path: str, member: str, text: str = "other") -> None:
    """Change by hand what AWS says of a side."""
    role, _, part = path.partition(".")
    arn, fleet = (BLUE, BLUE_FLEET) if role == "live" else (GREEN, GREEN_FLEET)
    parts = {**shop.balancers.groups[arn], **shop.ecs.services[fleet].told}
    parts[part][member] = text


@pytest.mark.parametrize(("path", "member", "was"), CHANGES)
def test_a_side_that_was_changed_since_is_refused_by_its_path_unless_accepted(
    shop: Shop, path: str, member: str, was: str
) -> None:
    promote(shop)
    change(shop, path, member)

    assert refusal(shop).startswith(f"{path}: wanted {member} {was}, found other\n")
    assert inspect(shop, accept=(path,))["size"] == 2


def test_all_differences_are_told_at_once(shop: Shop) -> None:
    promote(shop)
    for path, member, _ in CHANGES:
        change(shop, path, member)

    told = refusal(shop, accept=("live.network",))
    assert [line.partition(":")[0] for line in told.splitlines()[:-1]] == sorted(
        path for path, *_ in CHANGES if path != "live.network"
    )


def test_what_a_deployment_sets_on_the_idle_side_is_no_difference_there(shop: Shop) -> None:
    """One that failed has left it there."""
    promote(shop)
    change(shop, "candidate.health_check", "HealthCheckPath")
    change(shop, "candidate.attributes", "deregistration_delay.timeout_seconds")

    assert inspect(shop)["size"] == 2


def test_what_aws_tells_since_then_alone_is_no_difference(shop: Shop) -> None:
    promote(shop)
    change(shop, "live.attributes", "new.attribute")
    del shop.balancers.groups[BLUE]["health_check"]["HealthyThresholdCount"]

    assert inspect(shop)["size"] == 2


def test_a_promotion_of_before_this_was_kept_is_compared_by_what_it_has(shop: Shop) -> None:
    shop.records.write(promoted("shop", Production("1.0.0", "blue", "first", "before", "then")))
    change(shop, "live.network", "subnets")

    assert inspect(shop)["size"] == 2


def test_what_is_recorded_as_live_is_kept_for_a_promotion_that_is_undone(shop: Shop) -> None:
    production = Production("1.0.0", "blue", "first", "before", "then")
    shop.records.write(promoted("shop", production))

    assert inspect(shop)["production"] == asdict(production)


@pytest.mark.parametrize(("used", "fits"), [(13.0, True), (13.1, False)])
def test_a_candidate_that_certainly_has_no_room_is_refused_before_it_is_prepared(
    shop: Shop, used: float, fits: bool
) -> None:
    shop.ecs.vcpus, shop.quotas.room = 0.5, Room(16, used)
    release = asdict(replace(BUNDLE_RELEASE, cpu=1536))

    if fits:
        assert inspect(shop, release=release)["size"] == 2
        return
    told = refusal(shop, release=release)
    assert "wanted 3 for 2 tasks beside 13.1 in use, found a quota of 16; have the quota" in told
    assert shop.records.items == {}


@pytest.mark.parametrize("vcpus", [None, 1.0])
def test_room_that_cannot_be_known_blocks_nobody_and_is_logged(
    shop: Shop, log: io.StringIO, vcpus: float | None
) -> None:
    shop.ecs.vcpus, shop.quotas.room = vcpus, None

    assert inspect(shop)["size"] == 2
    assert "check not made" in log.getvalue()
    assert "vCPU quota" in log.getvalue()
