"""What a person answers to what a deployment asks: the input of the function Approve.

{"answer": "approve", "service": "shop", "by": "alice", "reason": "ticket 4711"}
"""

from dataclasses import dataclass
from typing import Annotated, Any

from viridian.core.control import PERSON, REASON
from viridian.core.errors import ControlInvalid
from viridian.core.execution import NAME
from viridian.core.hook import Answer, Verdict
from viridian.core.lease import Lease
from viridian.core.schema import Limits, read
from viridian.core.service.settings import SERVICE_NAME

ANSWERS = {"approve": Verdict.PASS, "reject": Verdict.FAIL}
UNCHANGED = "nothing was changed"


@dataclass(frozen=True)
class Approval:
    """A person's answer; also in place of a hook that hangs."""

    answer: Annotated[
        str,
        Limits(pattern="|".join(ANSWERS), hint=" or ".join(ANSWERS)),
        "`reject` restores, or rejects a release that has no traffic yet",
    ]
    service: Annotated[str, SERVICE_NAME, "the service"]
    by: Annotated[str, PERSON, "who answers"]
    reason: Annotated[str, REASON, "why; it is kept and told, so no secrets"]
    key: Annotated[
        str | None,
        Limits(pattern=r"[a-z0-9-]{1,36}", hint="a key, as the message tells it"),
        "what is answered; unless given, the one thing that is asked",
    ] = None
    deployment_id: Annotated[
        str | None, NAME, "which deployment is meant; unless given, the one in progress"
    ] = None

    @classmethod
    def from_dict(cls, data: Any) -> "Approval":
        """Read the input; raises ControlInvalid with the path of all that is wrong."""
        return read(cls, data, "approval", ControlInvalid)

    @property
    def said(self) -> Answer:
        """As it is kept."""
        return Answer(ANSWERS[self.answer], f"{self.by}: {self.reason}")

    def key_in(self, lease: Lease) -> tuple[str, str]:
        """The key of what it answers, and in words what is in its way; one of them is empty."""
        holder = lease.deployment_id
        open_keys = sorted(key for key, kept in lease.hooks.items() if "verdict" not in kept)
        if holder is None:
            return "", f"no deployment of {self.service} is in progress; {UNCHANGED}"
        if self.deployment_id not in (None, holder):
            return "", f"{holder} is in progress, not {self.deployment_id}; {UNCHANGED}"
        if lease.breach is not None:
            return "", f"{holder} is going back already ({lease.breach}); {UNCHANGED}"
        if self.key in lease.hooks:
            return str(self.key), ""
        if self.key is None and len(open_keys) == 1:
            return open_keys[0], ""
        asked = ", ".join(open_keys) or "nothing"
        return "", f"{holder} asks {asked}; name one of them (key); {UNCHANGED}"
