"""A rule of EventBridge may have a pipeline as its target."""

from typing import Any

from ministack.services import eventbridge

from emulator.repairs.codepipeline import store

invoke_as_shipped = eventbridge._invoke_target


def apply() -> None:
    eventbridge._invoke_target = invoke


def invoke(target: dict[str, Any], *args: Any, **kwargs: Any) -> None:
    parts = str(target.get("Arn", "")).split(":")
    if parts[2:3] != ["codepipeline"]:
        invoke_as_shipped(target, *args, **kwargs)
    elif (name := parts[-1]) in store.pipelines:
        store.start(name)
