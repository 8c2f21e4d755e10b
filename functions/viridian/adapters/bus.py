"""EventBridge's default bus: what others are told of deployments."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.errors import NotTold
from viridian.core.phase import DETAIL_TYPE, SOURCE, Phase

MOST_AT_ONCE = 10
"""Entries of one PutEvents."""


@dataclass(frozen=True)
class Bus:
    """The account's default bus."""

    events: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "Bus":
        """The bus, with a client of its own."""
        return cls(client("events", session))

    def tell(self, phases: Iterable[Phase]) -> None:
        """Put an event of each, in their order; raises NotTold where the bus did not take one."""
        left = iter(phases)
        while entries := [_entry(phase) for phase in islice(left, MOST_AT_ONCE)]:
            answer = self.events.put_events(Entries=entries)
            if refused := [each for each in answer["Entries"] if "ErrorCode" in each]:
                raise NotTold(f"{len(refused)} events, the first for {refused[0]['ErrorCode']}")


def _entry(phase: Phase) -> dict[str, Any]:
    return {
        "Time": datetime.fromisoformat(phase.at),
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Detail": json.dumps(phase.detail),
    }
