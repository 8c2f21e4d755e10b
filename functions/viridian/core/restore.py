"""What must hold for, and after, a return to the live side."""

from viridian.core.errors import RestoreHeld, RestoreUnverified
from viridian.core.evidence.health import Health


def require_live_serves(health: Health, target_group_arn: str) -> None:
    """Raise RestoreHeld when live has no healthy target: going back would make it worse."""
    if not health.is_enough:
        raise RestoreHeld(
            f"live: {health.reason} in {target_group_arn}; traffic was left where it is"
        )


def require_live_holds(health: Health, target_group_arn: str) -> None:
    """Raise RestoreUnverified when the side that has the traffic is not seen healthy."""
    if not health.is_enough:
        raise RestoreUnverified(f"live: {health.reason} in {target_group_arn} after the restore")
