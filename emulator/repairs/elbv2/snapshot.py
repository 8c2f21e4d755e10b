"""ministack's listeners, rules and groups, and the registry's targets, as the load balancer's."""

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
from emulator.repairs.elbv2.rules import load_balancers_of
from emulator.target_health import DRAINING, HEALTHY
from emulator.target_registry import TargetRegistry

STICKY_SECONDS = 3600


def take(registry: TargetRegistry) -> Snapshot:
    listeners = tuple(_listener(record) for record in alb._listeners.values())
    groups = tuple(_target_group(arn, registry) for arn in alb._tgs)
    return Snapshot(listeners, groups)


def used_groups() -> dict[GroupIdentity, str]:
    """Every group that a load balancer uses, and its ARN."""
    return {
        GroupIdentity(full_name(load_balancer), full_name(arn)): arn
        for arn, group in alb._tgs.items()
        for load_balancer in load_balancers_of(group)
    }


def rules_of(listener_arn: str) -> list[dict[str, Any]]:
    """In the order in which they are tried."""
    rules = [rule for rule in alb._rules.values() if rule["ListenerArn"] == listener_arn]
    return sorted(rules, key=alb._rule_sort_key)


def _listener(record: dict[str, Any]) -> Listener:
    rules = tuple(_rule(rule) for rule in rules_of(record["ListenerArn"]))
    attributes = alb._lb_attrs.get(record["LoadBalancerArn"], [])
    idle = {a["Key"]: a["Value"] for a in attributes}.get("idle_timeout.timeout_seconds", 60)
    return Listener(record["Port"], full_name(record["LoadBalancerArn"]), rules, int(idle))


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


def _target_group(arn: str, registry: TargetRegistry) -> TargetGroup:
    targets = [t for t in registry.targets(arn) if t.health.state != DRAINING]
    endpoints = (Endpoint(t.key.host, t.key.port, t.health.state == HEALTHY) for t in targets)
    return TargetGroup(full_name(arn), tuple(endpoints))
