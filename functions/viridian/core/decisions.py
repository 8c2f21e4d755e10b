"""The decision record: what was decided in a deployment, state by state, on which values.

    DEPLOYMENT#<id>  <entered>#<state>      one a decision, never changed:
        service, version, decision (JSON: what was decided, and on what), expires_at

Each is written under the time at which the machine entered its state, so a state that is tried
again finds its item, and the first one stays. What is decided goes on whether it can be kept or
not: a way back waits for no record.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from viridian.core.deployment import Deployment
from viridian.core.evidence.requests import Traffic
from viridian.core.evidence.step import Evidence
from viridian.core.lease import Holder, Write

PERIODS_KEPT = 40
"""Of each side's requests with a look, the newest: the looks before it have those before. With one
a minute they reach back further than any metric is late."""
DAY_SECONDS = 86_400

APPEND = Write(
    "SET service = :service, version = :version, decision = :decision, expires_at = :expires_at",
    "attribute_not_exists(pk)",
)


@dataclass(frozen=True)
class Moment(Holder):
    """A state of a deployment that was entered at a time (ISO 8601): what is decided there is kept
    under it.
    """

    deployment: Deployment
    entered: str

    def key(self, state: str) -> dict[str, str]:
        """The key of its item."""
        return {"pk": decisions_key(self.deployment_id), "sk": f"{self.entered}#{state}"}

    @property
    def expires_at(self) -> int:
        """When it is forgotten (Unix time)."""
        days = self.deployment.registration.settings.record_retention_days
        return int(datetime.fromisoformat(self.entered).timestamp()) + days * DAY_SECONDS


def decisions_key(deployment_id: str) -> str:
    """The partition of a deployment's decisions."""
    return f"DEPLOYMENT#{deployment_id}"


def kept(evidence: Evidence) -> dict[str, Any]:
    """The evidence of a look as it is kept: the newest periods of both sides."""
    candidate, live = (
        Traffic(traffic.periods[-PERIODS_KEPT:]) for traffic in (evidence.candidate, evidence.live)
    )
    return asdict(replace(evidence, candidate=candidate, live=live))


def decision_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """A decision as documents have it, from its item's values as Python has them."""
    at, _, state = str(item["sk"]).partition("#")
    return {"at": at, "state": state, **json.loads(item["decision"])}
