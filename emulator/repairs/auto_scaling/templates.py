"""Scalable targets and scaling policies of a template.

A target's Ref is `<resource>|<dimension>|<namespace>`, a policy's is its ARN. Another name or place
is another resource.
"""

import contextlib
from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from emulator.repairs.auto_scaling import api
from emulator.repairs.auto_scaling.store import Place, policies
from emulator.repairs.refusals import Refusal

Props = dict[str, Any]
Made = tuple[str, Props]

NOT_THE_APIS = ("ScalingTargetId", "ScheduledActions")


def apply() -> None:
    for kind, create, delete in (
        ("ScalableTarget", create_target, delete_target),
        ("ScalingPolicy", create_policy, delete_policy),
    ):
        _RESOURCE_HANDLERS[f"AWS::ApplicationAutoScaling::{kind}"] = {
            "create": create,
            "update": _updating(create),
            "delete": delete,
        }


def create_target(_logical_id: str, props: Props, _stack: str) -> Made:
    api.register_target(_read(props))
    place = Place.of(props)
    identity = f"{place.resource}|{place.dimension}|{place.namespace}"
    return identity, {"Id": identity}


def delete_target(identity: str, _props: Props) -> None:
    with contextlib.suppress(Refusal):
        api.deregister_target(_place_of(identity))


def create_policy(_logical_id: str, props: Props, _stack: str) -> Made:
    arn = api.put_policy(_read(props))["PolicyARN"]
    return arn, {"Arn": arn}


def delete_policy(arn: str, _props: Props) -> None:
    """One that went with its target is gone."""
    policies.pop(arn, None)


def _updating(create: Any) -> Any:
    """Of a replacement ministack deletes the former one itself, when the stack is through."""

    def update(_identity: str, _old: Props, props: Props, stack: str, *_: Any) -> Made:
        made: Made = create("", props, stack)
        return made

    return update


def _read(props: Props) -> Props:
    """The request that the properties are; numbers and booleans may have come as text."""
    named = _place_of(props["ScalingTargetId"]) if props.get("ScalingTargetId") else {}
    own = {name: value for name, value in props.items() if name not in NOT_THE_APIS}
    state = props.get("SuspendedState")
    return {**own, **named, **({"SuspendedState": _booleans(state)} if state else {})}


def _booleans(state: Props) -> Props:
    return {name: str(value).lower() == "true" for name, value in state.items()}


def _place_of(identity: str) -> Props:
    resource, dimension, namespace = identity.split("|")
    return {
        "ServiceNamespace": namespace,
        "ResourceId": resource,
        "ScalableDimension": dimension,
    }
