"""Every change of a listener, rule or target reaches the data plane before it is answered."""

from collections.abc import Callable
from typing import Any

from ministack.services import alb
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from rehearsal.emulator.target_registry import TargetRegistry

CHANGING = ("Create", "Modify", "Delete", "Set")
RESOURCES = ("LoadBalancer", "Listener", "ListenerRule", "TargetGroup")


def apply(registry: TargetRegistry, publish: Callable[[], None]) -> None:
    registry.on_change = publish
    for action, handler in alb._ACTION_MAP.items():
        if action.startswith(CHANGING):
            alb._ACTION_MAP[action] = _then(publish, handler)
    for resource in RESOURCES:
        handlers = _RESOURCE_HANDLERS[f"AWS::ElasticLoadBalancingV2::{resource}"]
        for step in ("create", "update", "delete"):
            handlers[step] = _then(publish, handlers[step])


def _then(publish: Callable[[], None], change: Callable[..., Any]) -> Callable[..., Any]:
    def change_and_publish(*args: Any, **kwargs: Any) -> Any:
        answer = change(*args, **kwargs)
        publish()
        return answer

    return change_and_publish
