"""An execution of one of the machines, as Step Functions tells of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from viridian.core.schema import Limits

NAME = Limits(
    pattern=r"[^\x00-\x20]{1,80}", hint="an execution's name of at most 80 characters, no spaces"
)
IN_WORDS = {
    "ABORTED": "was stopped by hand",
    "TIMED_OUT": "passed its time limit",
    "FAILED": "failed",
    "SUCCEEDED": "ended",
}


@dataclass(frozen=True)
class Execution:
    """What DescribeExecution answers; `status` is AWS's own word for it.

    `request` is its input, empty where that is no object: from a console anything may come.
    """

    name: str
    status: str
    error: str | None = None
    cause: str | None = None
    request: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether it acts no more, unless a person redrives it."""
        return self.status in IN_WORDS

    def __str__(self) -> str:
        said = ": ".join(text for text in (self.error, self.cause) if text)
        return f"{self.name} {IN_WORDS.get(self.status, 'runs')}{f' ({said})' if said else ''}"


def name_end(identity: str) -> str:
    """How the name of an execution ends that is to be the same for the same identity."""
    return hashlib.sha256(identity.encode()).hexdigest()[:12]


def execution_arn(state_machine_arn: str, name: str) -> str:
    """The ARN of a machine's execution of that name, whether there is one or not."""
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
