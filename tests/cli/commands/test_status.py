"""What is told of services: from the rule, the lease and the records, and no token of theirs."""

import json
from dataclasses import asdict
from typing import Any

import boto3
import pytest

from tests.cli.automation import ID, Automation
from tests.cli.conftest import Told
from tests.core.shop import sides

LIVE = {"version": "1.1.0", "colour": "green", "deployment_id": ID, "promoted_at": "2026-11-01T12"}


def keep_sides(automation: Automation) -> None:
    found: dict[str, Any] = asdict(sides())
    for role, group in (
        ("live", automation.balancer.blue),
        ("candidate", automation.balancer.green),
    ):
        found[role]["target_group_arn"] = group
    kept = {"deployment": "{}", "sides": json.dumps(found)}
    automation.keep(f"DEPLOYMENT#{ID}", version="1.1.0", **kept)


def test_a_service_is_told_by_its_rule_and_its_lease(automation: Automation) -> None:
    automation.hold(candidate_percent=10, paused="paused by alice: odd", pause_ends=1)
    automation.keep("PRODUCTION", **LIVE)

    told = Told("status", "shop", "--json").document

    assert told["split"] == {"blue": 100, "green": 0}
    assert told["live"]["version"] == "1.1.0"
    assert (told["deployment"]["id"], told["deployment"]["paused"]) == (ID, "paused by alice: odd")
    assert told["rollback_ready"]


@pytest.mark.parametrize("command", [["status", "shop"], ["list"], ["status"], ["ready", "shop"]])
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_no_token_is_ever_told(
    automation: Automation, command: list[str], as_json: list[str]
) -> None:
    automation.hold(waits={"watch": "secret"}, turns={"2026-11-01T12:00Z#shop-2": "secret"})

    told = Told(*command, *as_json)

    assert "secret" not in told.out + told.err
    assert command[0] == "ready" or "shop-2" in told.out


def test_every_service_is_listed_however_many_there_are(automation: Automation) -> None:
    for number in range(12):
        automation.register(f"shop-{number}", automation.registration)

    told = Told("list", "--json").document

    assert len(told) == 13
    assert [each["service"] for each in told] == sorted(each["service"] for each in told)


def test_a_rule_without_one_of_the_groups_has_no_split(automation: Automation) -> None:
    boto3.client("elbv2").modify_rule(
        RuleArn=automation.balancer.rule,
        Actions=[{"Type": "forward", "TargetGroupArn": automation.balancer.blue}],
    )

    assert Told("status", "shop", "--json").document["split"] is None
    assert "not known" in Told("list").out


@pytest.mark.parametrize(("healthy", "code"), [(2, 0), (1, 5)])
def test_a_rollback_is_ready_while_the_former_live_can_carry_it(
    automation: Automation, healthy: int, code: int
) -> None:
    automation.hold(phase="standby", candidate_percent=100)
    automation.start(machine=automation.standby)
    keep_sides(automation)
    automation.balancer.register(automation.balancer.blue, healthy)
    automation.balancer.register(automation.balancer.green, 2)

    told = Told("ready", "shop")

    assert told.code == code
    assert told.out.startswith("ready: 2 healthy" if code == 0 else "not ready: wanted 2 healthy")


def test_a_rollback_whose_execution_is_gone_is_not_ready(automation: Automation) -> None:
    automation.hold(phase="standby", candidate_percent=100)

    told = Told("ready", "shop")

    assert (told.code, f"no execution of {ID} runs" in told.out) == (5, True)


def test_after_the_window_the_way_back_is_a_deployment_of_what_was_live_before(
    automation: Automation,
) -> None:
    automation.hold(deployment_id=None, phase=None, fence=3)
    automation.keep("PRODUCTION", **LIVE)
    keep_sides(automation)

    told = Told("ready", "shop")

    assert told.code == 5
    assert "viridian deploy shop 1.0.0" in told.out


def test_a_service_that_is_not_there_is_told_with_those_that_are(automation: Automation) -> None:
    told = Told("status", "shopp")

    assert (told.code, told.err) == (1, "no service 'shopp' here; those registered are: shop\n")


def test_what_holds_a_deployment_up_is_told_with_what_to_do(automation: Automation) -> None:
    asked = {"go-50": {"asked_at": 1}, "load": {"asked_at": 1, "verdict": "pass"}}
    automation.hold(paused="paused by alice: odd", pause_ends=9, breach="worse", hooks=asked)

    assert Told("status", "shop").out.splitlines()[-3:] == [
        "! paused by alice: odd (viridian resume shop)",
        "! going back: worse",
        "! asks go-50 (viridian approve shop --key go-50)",
    ]
