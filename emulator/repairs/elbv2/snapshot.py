"""ministack's listeners, rules and groups, and the registry's targets, as the load balancer's."""

from collections import defaultdict
from functools import lru_cache
from typing import Any

from ministack.services import alb

from emulator.load_balancer.metrics import GroupIdentity
from emulator.load_balancer.model import (
    Condition,
    Endpoint,
    FixedResponse,
    Forward,
    Listener,
    Rule,
    Snapshot,
    TargetGroup,
    full_name,
)
from emulator.repairs.elbv2.rules import load_balancers_by_group
from emulator.target_health import DRAINING, HEALTHY
from emulator.target_registry import Target, TargetRegistry

STICKY_SECONDS = 3600

_changes = 0
"""Of listeners and rules."""


def take(registry: TargetRegistry) -> Snapshot:
    targets = _targets_by_group(registry)
    return Snapshot(
        _listeners(_changes), tuple(_target_group(arn, targets[arn]) for arn in alb._tgs)
    )


@lru_cache(maxsize=1)
def _listeners(_changes: int) -> tuple[Listener, ...]:
    """As they are after so many changes: targets change much more often."""
    rules = _rules_by_listener()
    return tuple(
        _listener(record, rules[record["ListenerArn"]]) for record in alb._listeners.values()
    )


def forget_listeners() -> None:
    """A call has changed them, or may have."""
    global _changes
    _changes += 1


def used_groups() -> dict[GroupIdentity, str]:
    """Every group that a load balancer uses, and its ARN."""
    balancers = load_balancers_by_group()
    return {
        GroupIdentity(full_name(load_balancer), full_name(arn)): arn
        for arn in alb._tgs
        for load_balancer in balancers.get(arn, [])
    }


def _rules_by_listener() -> defaultdict[str, list[dict[str, Any]]]:
    """In the order in which they are tried."""
    found = defaultdict(list)
    for rule in sorted(alb._rules.values(), key=alb._rule_sort_key):
        found[rule["ListenerArn"]].append(rule)
    return found


def _targets_by_group(registry: TargetRegistry) -> defaultdict[str, list[Target]]:
    """Those that get new requests, if they are healthy."""
    found = defaultdict(list)
    for target in registry.targets():
        if target.health.state != DRAINING:
            found[target.key.target_group_arn].append(target)
    return found


def _listener(record: dict[str, Any], rules: list[dict[str, Any]]) -> Listener:
    attributes = alb._lb_attrs.get(record["LoadBalancerArn"], [])
    idle = {a["Key"]: a["Value"] for a in attributes}.get("idle_timeout.timeout_seconds", 60)
    balancer = full_name(record["LoadBalancerArn"])
    return Listener(record["Port"], balancer, tuple(map(_rule, rules)), int(idle))


def _rule(record: dict[str, Any]) -> Rule:
    conditions = tuple(_condition(condition) for condition in record["Conditions"])
    last = max(record["Actions"], key=lambda action: int(action.get("Order", 1)))
    return Rule(_action(last), conditions)


def _condition(record: dict[str, Any]) -> Condition:
    header = record.get("HttpHeaderConfig") or {}
    values = record.get("Values") or header.get("Values", [])
    return Condition(record["Field"], tuple(values), header.get("HttpHeaderName", ""))


def _action(record: dict[str, Any]) -> Forward | FixedResponse:
    match record["Type"]:
        case "forward":
            return _forward(record["ForwardConfig"])
        case "fixed-response":
            fixed = record["FixedResponseConfig"]
            content_type = fixed.get("ContentType") or "text/plain"
            body = fixed.get("MessageBody", "")
            return FixedResponse(int(fixed["StatusCode"]), content_type, body)
    raise ValueError(f"the emulated load balancer has no action {record['Type']!r}")


def _forward(config: dict[str, Any]) -> Forward:
    groups = config["TargetGroups"]
    weights = tuple((full_name(group["TargetGroupArn"]), group["Weight"]) for group in groups)
    stickiness = config["TargetGroupStickinessConfig"]
    seconds = stickiness.get("DurationSeconds", STICKY_SECONDS)
    return Forward(weights, seconds if stickiness["Enabled"] else None)


def _target_group(arn: str, targets: list[Target]) -> TargetGroup:
    endpoints = (Endpoint(t.key.host, t.key.port, t.health.state == HEALTHY) for t in targets)
    return TargetGroup(full_name(arn), tuple(endpoints))
