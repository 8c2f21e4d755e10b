"""What stands behind a target group, one module a kind of fleet."""

from boto3.session import Session

from viridian.adapters.fleets.ecs import EcsFleets
from viridian.core.fleet import Fleets


def fleet_kinds(session: Session | None = None) -> dict[str, Fleets]:
    """The fleets of each kind, under the name that a registration gives it."""
    return {"ecs": EcsFleets.from_session(session)}
