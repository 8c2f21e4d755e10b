"""A resource that AWS would refuse fails its stack.

ministack makes a function whose code is not there, a state machine whose definition is not JSON and
an event rule whose pattern is not one, and says CREATE_COMPLETE.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, lambda_svc
from ministack.services.cloudformation import provisioners
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

Props = dict[str, Any]


class ResourceRefused(ValueError):
    """The reason AWS gives in the stack's events."""


def apply() -> None:
    refusals: dict[str, Callable[[Props], None]] = {
        "AWS::Lambda::Function": refuse_absent_code,
        "AWS::StepFunctions::StateMachine": refuse_broken_definition,
        "AWS::Events::Rule": refuse_broken_pattern,
    }
    for resource, refuse in refusals.items():
        handlers = _RESOURCE_HANDLERS[resource]
        handlers["create"] = _checked(refuse, handlers["create"], props_at=1)
        handlers["update"] = _checked(refuse, handlers["update"], props_at=2)


def refuse_absent_code(props: Props) -> None:
    code = props.get("Code", {})
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    version = code.get("S3ObjectVersion")
    if bucket and not lambda_svc._fetch_code_from_s3(bucket, key, version_id=version):
        raise ResourceRefused(f"Error occurred while GetObject: s3://{bucket}/{key} does not exist")


def refuse_broken_definition(props: Props) -> None:
    text = provisioners._sfn_definition(props)
    try:
        definition = json.loads(text)
    except ValueError as problem:
        raise ResourceRefused(f"Invalid State Machine Definition: {problem}") from problem
    if definition.get("StartAt") not in definition.get("States", {}):
        raise ResourceRefused("Invalid State Machine Definition: StartAt names no state")


def refuse_broken_pattern(props: Props) -> None:
    pattern = props.get("EventPattern")
    text = json.dumps(pattern) if isinstance(pattern, dict) else pattern
    if reason := eventbridge._event_pattern_error(text):
        raise ResourceRefused(f"Event pattern is not valid. Reason: {reason}")


def _checked(
    refuse: Callable[[Props], None], provision: Callable[..., Any], props_at: int
) -> Callable[..., Any]:
    def check_and_provision(*args: Any, **kwargs: Any) -> Any:
        refuse(args[props_at])
        return provision(*args, **kwargs)

    return check_and_provision
