"""What a person asks for: the input of the function Control.

{"action": "pause", "service": "shop", "by": "alice", "reason": "the queue grows"}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from viridian.core.errors import ControlInvalid
from viridian.core.execution import NAME
from viridian.core.schema import Limits, Rules, read
from viridian.core.service.settings import SERVICE_NAME

MOST_RECORDED = 100
"""Controls that a deployment's record keeps; an item holds 400 KB."""


class Action(StrEnum):
    """What may be asked for."""

    ROLLBACK = "rollback"
    ABORT = "abort"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    SHIP = "ship"
    STOP = "stop"
    GO = "go"


OF_EVERYTHING = (Action.STOP, Action.GO)
ACTION = Limits(pattern="|".join(Action), hint=f"one of {', '.join(Action)}")
PERSON = Limits(pattern=r"[^\s\x00-\x1f][^\x00-\x1f]{0,63}", hint="a line of at most 64 characters")
REASON = Limits(
    pattern=r"[^\s\x00-\x1f][^\x00-\x1f]{0,199}", hint="a line of at most 200 characters"
)


def _service_complaints(action: str, service: str | None) -> Iterator[tuple[str, str]]:
    if action in OF_EVERYTHING and service is not None:
        yield "service", f"{action} is for every service; leave it out, or pause one"
    if action not in OF_EVERYTHING and service is None:
        yield "service", f"is missing; {action} needs it"


def _deployment_complaints(action: str, deployment_id: str | None) -> Iterator[tuple[str, str]]:
    if action in OF_EVERYTHING and deployment_id is not None:
        yield "deployment_id", f"{action} is for every deployment; leave it out"


def _percent_complaints(action: str, percent: int | None) -> Iterator[tuple[str, str]]:
    if action == Action.SKIP and percent is None:
        yield "percent", "is missing; name the step whose bake shall end"
    if action != Action.SKIP and percent is not None:
        yield "percent", "is for skip alone; leave it out"


@dataclass(frozen=True)
class Control:
    """What a person asks of a deployment, or of all."""

    RULES: ClassVar[Rules] = {
        ("action", "service"): _service_complaints,
        ("action", "deployment_id"): _deployment_complaints,
        ("action", "percent"): _percent_complaints,
    }

    action: Annotated[str, ACTION, "what shall be done; `stop` and `go` are for every service"]
    by: Annotated[str, PERSON, "who asks"]
    reason: Annotated[str, REASON, "why; it is kept and told, so no secrets"]
    service: Annotated[
        str | None, SERVICE_NAME, "the service, required but for `stop` and `go`"
    ] = None
    deployment_id: Annotated[
        str | None, NAME, "which deployment is meant; unless given, the one in progress"
    ] = None
    percent: Annotated[
        int | None,
        Limits(1, 100),
        "for `skip`, which needs it: the step whose bake shall end, so that one that comes twice "
        "or late ends no other",
    ] = None

    @classmethod
    def from_dict(cls, data: Any) -> "Control":
        """Read the input; raises ControlInvalid with the path of all that is wrong."""
        return read(cls, data, "control", ControlInvalid)
