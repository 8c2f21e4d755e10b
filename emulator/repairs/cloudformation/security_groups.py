"""Rules of security groups that are resources of their own are taken: ministack knows none.

CDK writes them so between a load balancer and its tasks. On loopback they hold nobody off.
"""

from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def apply() -> None:
    for way in ("Ingress", "Egress"):
        kind = f"AWS::EC2::SecurityGroup{way}"
        _RESOURCE_HANDLERS[kind] = {"create": take, "delete": forget}


def take(logical_id: str, _props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    return f"{stack}-{logical_id}", {}


def forget(_physical_id: str, _props: dict[str, Any]) -> None:
    """Nothing was kept."""
