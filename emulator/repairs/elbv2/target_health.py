"""Targets are keyed by address and port, and have the health that was really seen.

ministack keys a target by its Id alone and calls every one healthy.
"""

from typing import Any
from xml.sax.saxutils import escape

from ministack.services import alb

from emulator.repairs.elbv2.rules import is_in_use
from emulator.target_health import HealthCheck
from emulator.target_registry import TargetKey, TargetRegistry

Params = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]

DESCRIPTIONS = {
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Elb.InitialHealthChecking": "Initial health checks in progress",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.NotInUse": "Target group is not configured to receive traffic",
    "Target.NotRegistered": "Target is not registered to the target group",
    "Target.ResponseCodeMismatch": "Health checks failed with an unexpected status code",
    "Target.Timeout": "Request timed out",
}


def apply(registry: TargetRegistry) -> None:
    registry.groups = MinistackGroups()
    api = TargetApi(registry)
    alb._ACTION_MAP["RegisterTargets"] = api.register
    alb._ACTION_MAP["DeregisterTargets"] = api.deregister
    alb._ACTION_MAP["DescribeTargetHealth"] = api.describe
    alb._ACTION_MAP["DeleteTargetGroup"] = api.delete_group


class MinistackGroups:
    """What the registry asks about a group, answered from ministack's stores."""

    def is_in_use(self, target_group_arn: str) -> bool:
        return is_in_use(target_group_arn)

    def deregistration_delay_seconds(self, target_group_arn: str) -> float:
        attributes = {a["Key"]: a["Value"] for a in alb._tg_attrs.get(target_group_arn, [])}
        return float(attributes.get("deregistration_delay.timeout_seconds", 300))

    def health_check(self, target_group_arn: str) -> HealthCheck:
        group = alb._tgs.get(target_group_arn, {})
        return HealthCheck(
            path=group.get("HealthCheckPath") or "/",
            port=str(group.get("HealthCheckPort") or "traffic-port"),
            interval_seconds=float(group.get("HealthCheckIntervalSeconds", 30)),
            timeout_seconds=float(group.get("HealthCheckTimeoutSeconds", 5)),
            healthy_threshold=int(group.get("HealthyThresholdCount", 5)),
            unhealthy_threshold=int(group.get("UnhealthyThresholdCount", 2)),
            matcher=str(group.get("Matcher", {}).get("HttpCode", "200")),
        )


class TargetApi:
    def __init__(self, registry: TargetRegistry) -> None:
        self._registry = registry
        self._delete_group = alb._ACTION_MAP["DeleteTargetGroup"]

    def register(self, params: Params) -> Answer:
        for key in (found := _requested(params)) or ():
            self._registry.register(key)
        return _not_found(params) if found is None else alb._empty("RegisterTargets")

    def deregister(self, params: Params) -> Answer:
        for key in (found := _requested(params)) or ():
            self._registry.deregister(key)
        return _not_found(params) if found is None else alb._empty("DeregisterTargets")

    def describe(self, params: Params) -> Answer:
        wanted = _requested(params)
        if wanted is None:
            return _not_found(params)
        group = alb._p(params, "TargetGroupArn")
        keys = wanted or [target.key for target in self._registry.targets(group)]
        members = "".join(map(self._description, keys))
        body = f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
        answer: Answer = alb._xml(200, "DescribeTargetHealth", body)
        return answer

    def delete_group(self, params: Params) -> Answer:
        self._registry.forget_group(alb._p(params, "TargetGroupArn"))
        answer: Answer = self._delete_group(params)
        return answer

    def _description(self, key: TargetKey) -> str:
        health = self._registry.health(key)
        reason = f"<Reason>{health.reason}</Reason>" if health.reason else ""
        text = DESCRIPTIONS.get(health.reason, "")
        description = f"<Description>{text}</Description>" if text else ""
        return (
            f"<member><Target><Id>{escape(key.host)}</Id><Port>{key.port}</Port></Target>"
            f"<HealthCheckPort>{key.port}</HealthCheckPort>"
            f"<TargetHealth><State>{health.state}</State>{reason}{description}</TargetHealth>"
            "</member>"
        )


def _requested(params: Params) -> list[TargetKey] | None:
    """The targets a request names, on the group's port unless it says another one."""
    group = alb._p(params, "TargetGroupArn")
    if group not in alb._tgs:
        return None
    port = alb._tgs[group].get("Port", 80)
    targets = alb._parse_targets_param(params)
    return [TargetKey(group, target["Id"], target.get("Port", port)) for target in targets]


def _not_found(params: Params) -> Answer:
    group = alb._p(params, "TargetGroupArn")
    answer: Answer = alb._error("TargetGroupNotFound", f"Target group '{group}' not found")
    return answer
