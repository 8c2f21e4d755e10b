"""A production rule that somebody else wrote: who it was, and what becomes of the deployment.

Who is told by CloudTrail, if the account has a trail, minutes after it happened at worst. That the
weights are others is seen by the next look, which reads the rule, with a trail or without.
"""

from dataclasses import dataclass
from typing import Any

from viridian.core.event import caller, text
from viridian.core.lease import Lease
from viridian.core.service.settings import SERVICE_NAME

HELD_BY_CHANGE = "DeploymentsHeldByChange"
"""The metric of deployments that a change of the rule holds until a person settles it."""
RULE_SETTLES_SECONDS = 10
"""After our own write; sooner a look might read the rule of before it, and take it for a change."""


@dataclass(frozen=True)
class RuleChange:
    """A call of ModifyRule that was not ours, as the service's EventBridge rule hands it over.

    `by` begins with its time, so of two the later one is the greater.
    """

    service: str
    by: str

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> "RuleChange":
        """Read the transformed event; raises EventInvalid without the service or the time."""
        return cls(text(event, "service", SERVICE_NAME), caller(event))


def with_who(change: str, lease: Lease) -> str:
    """A change of the rule in words, with who made it, as far as that is known."""
    if lease.changed_by is None:
        return f"{change}; by whom is not known, no event of CloudTrail's came"
    return f"{change}; last written {lease.changed_by} (CloudTrail)"
