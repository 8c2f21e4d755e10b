"""PrepareCandidate: have the idle side run the release, at the size of live."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viridian.adapters.fleets import fleet_kinds
from viridian.core.fleet import Fleets
from viridian.core.release.release import Release
from viridian.core.sides import Sides
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

account_fleets = fleet_kinds()


@dataclass(frozen=True)
class Input:
    """The release, and the sides it goes between."""

    deployment_id: str
    release: Release
    sides: Sides


@invocation(Input)
def handler(given: Input, fleets: Mapping[str, Fleets] = account_fleets) -> dict[str, Any]:
    """Answer with the revision that the candidate was asked to run."""
    live, candidate = given.sides.live.fleet, given.sides.candidate.fleet
    revision = fleets[candidate.kind].prepare(
        candidate, given.release, like=live, size=given.sides.size
    )

    logger.info("candidate prepared", extra={"revision": revision})
    return {"revision": revision}
