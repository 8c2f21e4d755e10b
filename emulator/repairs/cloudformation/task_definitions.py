"""Containers of a template are ECS's own in all that they have; ministack spells a part of them."""

from typing import Any

from ministack.services.cloudformation import provisioners

NAMED_BY_THEIR_AUTHOR = ("options", "dockerLabels")
"""Members whose keys are not CloudFormation's."""


def apply() -> None:
    provisioners._normalize_container_defs = spelt


def spelt(value: Any) -> Any:
    """CloudFormation's `LogConfiguration` is ECS's `logConfiguration`, at any depth."""
    if isinstance(value, list):
        return [spelt(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name[:1].lower() + name[1:]: member for name, member in value.items()}
    return {n: m if n in NAMED_BY_THEIR_AUTHOR else spelt(m) for n, m in members.items()}
