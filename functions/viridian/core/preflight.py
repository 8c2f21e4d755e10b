"""What must hold before a deployment touches anything."""

from collections.abc import Mapping

from viridian.core.errors import PreflightFailed
from viridian.core.evidence.health import Health, firing, missing
from viridian.core.split import Actions, Roles, Split


def require_healthy_live(roles: Roles, health: Health) -> None:
    """Raise PreflightFailed unless the live side has its full size healthy: it is the way back."""
    if not health.is_enough:
        raise PreflightFailed(
            f"live ({roles.live.colour}): {health.reason}; repair the live side, then deploy again"
        )


def require_clear_alarms(
    alarms: Mapping[str, str], watched: tuple[str, ...], shared: tuple[str, ...]
) -> None:
    """Raise PreflightFailed when a watched alarm does not exist or a shared one fires already.

    An alarm that is in ALARM sends no event again, so it could not stop the deployment.
    """
    if names := missing(alarms, watched):
        raise PreflightFailed(
            f"alarms not found: {', '.join(names)}; deploy the service's stack again"
        )
    if names := firing(alarms, shared):
        raise PreflightFailed(
            f"already in ALARM: {', '.join(names)}; clear the alarm, then deploy again"
        )


def way_back(actions: Actions, roles: Roles) -> Actions:
    """The rule's own actions with all weight on live: what a restore writes, come what may."""
    live, candidate = roles.live.target_group_arn, roles.candidate.target_group_arn
    return Split(live, candidate, candidate_percent=0).applied_to(actions)
