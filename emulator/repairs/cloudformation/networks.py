"""A VPC tells its CidrBlock; ministack answers no Fn::GetAtt for it."""

from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def apply() -> None:
    networks = _RESOURCE_HANDLERS["AWS::EC2::VPC"]
    create, update = networks["create"], networks["update"]

    def create_and_tell(logical_id: str, props: dict[str, Any], *args: Any) -> Any:
        return _telling(create(logical_id, props, *args), props)

    def update_and_tell(physical_id: str, old: Any, props: dict[str, Any], *args: Any) -> Any:
        return _telling(update(physical_id, old, props, *args), props)

    networks |= {"create": create_and_tell, "update": update_and_tell}


def _telling(made: tuple[str, dict[str, Any]], props: dict[str, Any]) -> Any:
    physical_id, attributes = made
    return physical_id, {**attributes, "CidrBlock": props["CidrBlock"]}
