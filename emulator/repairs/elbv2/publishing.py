"""Every change of a listener, rule or target reaches the data plane before it is answered.

A health that is told is one the data plane routes by: a check may have changed it a moment ago.
Without a data plane there is no answer but that, and not one that clients would ask for again.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import alb
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from emulator.errors import EnvoyEnded
from emulator.repairs.elbv2 import snapshot
from emulator.target_registry import TargetRegistry

Handler = Callable[..., Any]

PUBLISHED = ("Create", "Modify", "Delete", "Set")
RESOURCES = ("LoadBalancer", "Listener", "ListenerRule", "TargetGroup")


def apply(registry: TargetRegistry, publish: Callable[[], None]) -> None:
    registry.on_change = publish
    settle = _settling(registry, publish)
    for action, handler in alb._ACTION_MAP.items():
        published = _changing(publish, handler) if action.startswith(PUBLISHED) else handler
        if action == "DescribeTargetHealth":
            published = _then(settle, handler)
        alb._ACTION_MAP[action] = _telling_of_its_end(published)
    for resource in RESOURCES:
        handlers = _RESOURCE_HANDLERS[f"AWS::ElasticLoadBalancingV2::{resource}"]
        for step in ("create", "update", "delete"):
            handlers[step] = _changing(publish, handlers[step])


def _settling(registry: TargetRegistry, publish: Callable[[], None]) -> Callable[[], None]:
    """Publishes when a target changed since it did the last time: this is asked often."""
    settled = -1

    def settle() -> None:
        nonlocal settled
        if (changes := registry.changes) != settled:
            publish()
            settled = changes

    return settle


def _telling_of_its_end(handler: Handler) -> Handler:
    def handle(*args: Any, **kwargs: Any) -> Any:
        try:
            return handler(*args, **kwargs)
        except EnvoyEnded as end:
            return alb._error("EnvoyEnded", str(end))

    return handle


def _then(publish: Callable[[], None], handler: Handler) -> Handler:
    def handle_and_publish(*args: Any, **kwargs: Any) -> Any:
        answer = handler(*args, **kwargs)
        publish()
        return answer

    return handle_and_publish


def _changing(publish: Callable[[], None], handler: Handler) -> Handler:
    """A call that may change listeners and rules."""

    def forget_and_publish() -> None:
        snapshot.forget_listeners()
        publish()

    return _then(forget_and_publish, handler)
