"""Makes a service whole after a scenario, so that the next one finds nothing of it."""

import time
from contextlib import suppress
from typing import Any

from rehearsal.faults.facts import Facts, Reader
from rehearsal.faults.oracle import RESTING, SIZE
from rehearsal.faults.world import World
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.core.lease import lease_key
from viridian.core.scaling import Bounds
from viridian_cli.deployment import COLOURS

HEALED_SECONDS = 60.0
CLEAR_LEASE = (
    "SET candidate_percent = :zero REMOVE deployment_id, phase, acquired_at, watched_alarms, "
    "breach, waits ADD fence :one"
)


class NotHealed(Exception):
    """The service is no stage for a further scenario."""


def heal(world: World, reader: Reader, service: str, facts: Facts) -> None:
    """Stop what runs, quieten the alarms, give a side everything, clear lease and record."""
    registration = world.registrations[service]
    _stop(world, facts)
    for colour in COLOURS:
        for alarm in registration[colour]["alarms"]:
            world.client("cloudwatch").set_alarm_state(
                AlarmName=alarm,
                StateValue="OK",
                StateReason="the matrix goes on",
                StateReasonData="{}",
            )
    _clear_lease(world, service)
    colour = facts.serving[0] if len(facts.serving) == 1 else facts.former_colour
    _serve_from(world, reader, service, colour)
    _clear_production(world, service)


def _stop(world: World, facts: Facts) -> None:
    """What ran when the facts were read, and may have ended since."""
    steps = world.client("stepfunctions")
    for execution in facts.executions:
        if execution.status == "RUNNING":
            arn = world.account.machines[execution.machine]
            name = f"{arn.replace(':stateMachine:', ':execution:')}:{execution.name}"
            with suppress(steps.exceptions.ValidationException):
                steps.stop_execution(executionArn=name)


def _clear_lease(world: World, service: str) -> None:
    world.client("dynamodb").update_item(
        TableName=world.account.table,
        Key={name: {"S": value} for name, value in lease_key(service).items()},
        UpdateExpression=CLEAR_LEASE,
        ExpressionAttributeValues={":zero": {"N": "0"}, ":one": {"N": "1"}},
    )


def _clear_production(world: World, service: str) -> None:
    """Without it the rule alone says what is live."""
    key = {"pk": {"S": f"SERVICE#{service}"}, "sk": {"S": "PRODUCTION"}}
    world.client("dynamodb").delete_item(TableName=world.account.table, Key=key)


def _serve_from(world: World, reader: Reader, service: str, colour: str) -> None:
    registration = world.registrations[service]
    for side in COLOURS:
        is_live = side == colour
        bounds = Bounds(SIZE if is_live else RESTING, may_grow=is_live, may_shrink=is_live)
        _scale(world, registration[side], bounds)
    deadline = time.time() + HEALED_SECONDS
    while reader.sides(service)[colour].healthy < SIZE:
        if time.time() > deadline:
            raise NotHealed(f"{service}: {colour} has no {SIZE} healthy targets")
        time.sleep(0.25)
    elbv2, rule = world.client("elbv2"), registration["rule_arn"]
    [found] = elbv2.describe_rules(RuleArns=[rule])["Rules"]
    serving = registration[colour]["target_group_arn"]
    for group in found["Actions"][-1]["ForwardConfig"]["TargetGroups"]:
        group["Weight"] = 100 if group["TargetGroupArn"] == serving else 0
    elbv2.modify_rule(RuleArn=rule, Actions=found["Actions"])


def _scale(world: World, side: dict[str, Any], bounds: Bounds) -> None:
    """To the least that auto scaling may leave there."""
    arn = side["fleet"]["arn"]
    ScalableTargets(world.client("application-autoscaling")).bind(arn, bounds)
    cluster, name = arn.split("/")[-2:]
    world.client("ecs").update_service(cluster=cluster, service=name, desiredCount=bounds.least)
