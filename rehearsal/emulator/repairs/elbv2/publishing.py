"""Every change of a listener, rule or target reaches the data plane before it is answered.

A health that is told is one the data plane routes by: a check may have changed it a moment ago.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import alb
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from rehearsal.emulator.target_registry import TargetRegistry

PUBLISHED = ("Create", "Modify", "Delete", "Set", "DescribeTargetHealth")
RESOURCES = ("LoadBalancer", "Listener", "ListenerRule", "TargetGroup")


def apply(registry: TargetRegistry, publish: Callable[[], None]) -> None:
    registry.on_change = publish
    for action, handler in alb._ACTION_MAP.items():
        if action.startswith(PUBLISHED):
            alb._ACTION_MAP[action] = _then(publish, handler)
    for resource in RESOURCES:
        handlers = _RESOURCE_HANDLERS[f"AWS::ElasticLoadBalancingV2::{resource}"]
        for step in ("create", "update", "delete"):
            handlers[step] = _then(publish, handlers[step])


def _then(publish: Callable[[], None], handler: Callable[..., Any]) -> Callable[..., Any]:
    def handle_and_publish(*args: Any, **kwargs: Any) -> Any:
        answer = handler(*args, **kwargs)
        publish()
        return answer

    return handle_and_publish
