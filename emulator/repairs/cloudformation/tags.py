"""Tags of a template reach its listener rules and, also when they change, its ECS services.

ministack stores none of a rule's, and a service's only when it is made. Tags that were set beside
the template stay.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import alb, ecs
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

Tags = dict[str, str]
Provision = Callable[..., tuple[str, dict[str, Any]]]
Keep = Callable[[str, Tags, Tags], None]


def apply() -> None:
    rules = _RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::ListenerRule"]
    rules["create"] = _tagging(rules["create"], keep_rule_tags, props_at=1)
    rules["update"] = _tagging(rules["update"], keep_rule_tags, props_at=2)
    services = _RESOURCE_HANDLERS["AWS::ECS::Service"]
    services["update"] = _tagging(services["update"], keep_service_tags, props_at=2)


def keep_rule_tags(arn: str, removed: Tags, added: Tags) -> None:
    found = {tag["Key"]: tag["Value"] for tag in alb._tags.get(arn, [])}
    kept = _changed(found, removed, added)
    alb._tags[arn] = [{"Key": key, "Value": value} for key, value in kept.items()]


def keep_service_tags(arn: str, removed: Tags, added: Tags) -> None:
    found = {tag["key"]: tag["value"] for tag in ecs._tags.get(arn, [])}
    kept = _changed(found, removed, added)
    ecs._tags[arn] = [{"key": key, "value": value} for key, value in kept.items()]


def _changed(found: Tags, removed: Tags, added: Tags) -> Tags:
    return {key: value for key, value in found.items() if key not in removed} | added


def _tagging(provision: Provision, keep: Keep, props_at: int) -> Provision:
    """An update has the properties of before in front of the wanted ones."""

    def provision_and_tag(*args: Any, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        physical_id, attributes = provision(*args, **kwargs)
        before = _tags(args[props_at - 1]) if props_at > 1 else {}
        keep(physical_id, before, _tags(args[props_at]))
        return physical_id, attributes

    return provision_and_tag


def _tags(props: dict[str, Any]) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in props.get("Tags") or []}
