"""A VPC tells its CidrBlock; ministack answers no Fn::GetAtt for it."""

from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def apply() -> None:
    networks = _RESOURCE_HANDLERS["AWS::EC2::VPC"]
    provision = networks["create"]

    def provision_and_tell(logical_id: str, props: dict[str, Any], *args: Any) -> Any:
        physical_id, attributes = provision(logical_id, props, *args)
        return physical_id, {**attributes, "CidrBlock": props["CidrBlock"]}

    networks["create"] = provision_and_tell
