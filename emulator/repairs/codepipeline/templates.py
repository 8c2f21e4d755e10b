"""Pipelines of a template: a Ref is the name."""

from typing import Any

from ministack.core.responses import new_uuid
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from emulator.pipelines.structure import Pipeline
from emulator.repairs.codepipeline import store

Props = dict[str, Any]
Made = tuple[str, Props]


def apply() -> None:
    _RESOURCE_HANDLERS["AWS::CodePipeline::Pipeline"] = {
        "create": create,
        "update": update,
        "delete": delete,
    }


def create(logical_id: str, props: Props, stack: str) -> Made:
    name = props.get("Name") or f"{stack}-{logical_id}-{new_uuid()[:12]}"
    return update(name, {}, props, stack)


def update(name: str, _old: Props, props: Props, _stack: str, *_: Any) -> Made:
    store.keep(Pipeline.of(name, props))
    return name, {"Version": "1"}


def delete(name: str, _props: Props) -> None:
    store.pipelines.pop(name, None)
