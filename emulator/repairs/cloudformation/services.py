"""ECS services of a template get the grace of their health checks, which ministack only updates."""

from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

create_as_shipped = _RESOURCE_HANDLERS["AWS::ECS::Service"]["create"]


def apply() -> None:
    _RESOURCE_HANDLERS["AWS::ECS::Service"]["create"] = create


def create(logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
    made: tuple[str, dict[str, Any]] = create_as_shipped(logical_id, props, stack_name)
    place = {"cluster": props.get("Cluster", "default"), "service": made[0]}
    seconds = int(props.get("HealthCheckGracePeriodSeconds") or 0)
    ecs._update_service({**place, "healthCheckGracePeriodSeconds": seconds})
    return made
