"""A VPC tells its CidrBlock; ministack answers no Fn::GetAtt for it.

Rules of security groups that are resources of their own, as CDK writes them between a load balancer
and its tasks, are taken: ministack refuses the template. On loopback they hold nobody off.
"""

from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def apply() -> None:
    networks = _RESOURCE_HANDLERS["AWS::EC2::VPC"]
    provision = networks["create"]

    def provision_and_tell(logical_id: str, props: dict[str, Any], *args: Any) -> Any:
        physical_id, attributes = provision(logical_id, props, *args)
        return physical_id, {**attributes, "CidrBlock": props["CidrBlock"]}

    networks["create"] = provision_and_tell
    for direction in ("Ingress", "Egress"):
        kind = f"AWS::EC2::SecurityGroup{direction}"
        _RESOURCE_HANDLERS[kind] = {"create": take, "delete": forget}


def take(logical_id: str, _props: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    return f"{stack}-{logical_id}", {"Id": f"{stack}-{logical_id}"}


def forget(_physical_id: str, _props: dict[str, Any]) -> None:
    """Nothing was kept."""
