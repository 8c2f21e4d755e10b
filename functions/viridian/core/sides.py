"""The sides of one deployment and the parts they play: live, candidate, and the way between them.

InspectLive reads them from the rule, once; from then on the machine hands them to every state, and
the deployment's record keeps them for whoever acts from outside.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from viridian.core.errors import (
    PreflightFailed,
    SideBehind,
    SideServing,
    SideUnhealthy,
    UploadStale,
)
from viridian.core.evidence.health import Health
from viridian.core.facts import Told, differences, facts
from viridian.core.fleet import Fleets, Observation, level
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration, Side
from viridian.core.split import Actions, Split, is_login, weights_in


@dataclass(frozen=True)
class Production:
    """Which release is live, on which colour, by which deployment, asked for and live since when,
    the revision of its fleet that it runs as, and what AWS said of both sides then (JSON of
    `core/facts.py`); "" where that was not yet kept.

    The truth is the rule; this says who made it so.
    """

    version: str
    colour: str
    deployment_id: str
    asked_at: str
    promoted_at: str
    revision: str = ""
    facts: str = ""

    @property
    def recorded(self) -> Told:
        """What is known of both sides as it was promoted."""
        kept: Told = json.loads(self.facts or "{}")
        revision = {"live.task_definition": {"taskDefinition": self.revision}}
        return {**kept, **(revision if self.revision else {})}

    def require_older_than(self, request: Request) -> None:
        """Raise UploadStale when what is live was asked for after this upload arrived.

        S3 tells of uploads late and in any order: an older one must not undo a newer one.
        """
        if request.uploaded_at is not None and request.uploaded_at < self.asked_at:
            raise UploadStale(
                f"input.uploaded_at: {request.version} was uploaded at {request.uploaded_at}, and "
                f"{self.version}, which is live, was asked for at {self.asked_at}; to deploy the "
                "older one, start it by hand, without uploaded_at"
            )


@dataclass(frozen=True)
class Sides:
    """Which side plays which part, behind which rule.

    `size` is the number of targets that live has; `watched_alarms` are a breach during a step: the
    candidate's and the shared ones; `restore_actions` are the rule's own with all weight on live:
    what a restore writes, come what may; `production` is what the record says is live, None before
    the first promotion.
    """

    rule_arn: str
    live: Side
    candidate: Side
    size: int
    watched_alarms: tuple[str, ...]
    restore_actions: Actions
    production: Production | None

    @classmethod
    def found(
        cls,
        registration: Registration,
        actions: Actions,
        *,
        seen: Callable[[Side], Observation],
        told: Callable[[Side], Told],
        production: Production | None,
        accept: tuple[str, ...] = (),
    ) -> "Sides":
        """The sides of a service whose rule has these actions; raises PreflightFailed."""
        live, candidate = roles_in(actions, registration)
        found = seen(live)
        require_recorded(live, production)
        runs = {"task_definition": {"taskDefinition": found.revision}}
        now = facts(live={**told(live), **found.told, **runs}, candidate=told(candidate))
        require_proven(live, production, now, accept)
        require_unpinned(actions, registration)
        require_askable(actions, registration)
        alarms = (*candidate.alarms, *registration.shared_alarms)
        back = Split(live.target_group_arn, candidate.target_group_arn, 0).applied_to(actions)
        return cls(registration.rule_arn, live, candidate, found.desired, alarms, back, production)

    def split(self, candidate_percent: int) -> Split:
        """The split that gives the candidate this share."""
        return Split(self.live.target_group_arn, self.candidate.target_group_arn, candidate_percent)


def roles_in(actions: Actions, registration: Registration) -> tuple[Side, Side]:
    """Read the roles from the rule, live and candidate: live is the one that has all the weight.

    Raises PreflightFailed when the rule does not say so clearly.
    """
    blue, green = registration.blue, registration.green
    weights = weights_in(actions)
    if set(weights) != {blue.target_group_arn, green.target_group_arn}:
        raise PreflightFailed(
            f"{registration.rule_arn}: wanted one forward action with exactly the target groups of "
            f"blue and green, found {sorted(weights)}; repair the rule, then deploy again"
        )
    serving = [side for side in (blue, green) if weights[side.target_group_arn] > 0]
    if len(serving) != 1:
        shares = f"blue {weights[blue.target_group_arn]}, green {weights[green.target_group_arn]}"
        raise PreflightFailed(
            f"{registration.rule_arn}: wanted all weight on one side, found {shares}; "
            "a deployment was interrupted: give the proven side all weight, then deploy again"
        )
    return (blue, green) if serving[0] is blue else (green, blue)


def require_recorded(live: Side, production: Production | None) -> None:
    """Raise PreflightFailed when the rule serves another side than the record says.

    What the rule serves then was never promoted: taken for live, it would replace what was proven.
    """
    if production is not None and production.colour != live.colour:
        raise PreflightFailed(
            f"the rule serves {live.colour}, and {production.colour} is recorded as live "
            f"({production.version}, promoted by {production.deployment_id}): traffic was moved by "
            "hand or a restore did not hold; see PreflightFailed in docs/runbook.md"
        )


def require_proven(
    live: Side, production: Production | None, found: Told, accept: tuple[str, ...]
) -> None:
    """Raise PreflightFailed, with all that differs, when either side is another than as live was
    promoted and the request does not accept that.
    """
    if production is None:
        return
    if wrong := list(differences(production.recorded, found, accept)):
        raise PreflightFailed(
            "\n".join(wrong)
            + f"\nchanged by hand since {production.version} was promoted on {live.colour} "
            f"({live.fleet.arn}): put it back, or accept it; see PreflightFailed in docs/runbook.md"
        )


def require_unpinned(actions: Actions, registration: Registration) -> None:
    """Raise PreflightFailed when the rule pins clients to a side, unless the service accepts it."""
    configs = (a.get("ForwardConfig", {}).get("TargetGroupStickinessConfig", {}) for a in actions)
    pinned = [config for config in configs if config.get("Enabled")]
    if pinned and registration.settings.stickiness != "accept":
        raise PreflightFailed(
            f"{registration.rule_arn}: has group stickiness: clients pinned to a failed candidate "
            f"would stay there for {pinned[0].get('DurationSeconds')} s after a restore; turn it "
            "off, or accept that with `stickiness: accept` in the service file"
        )


def require_askable(actions: Actions, registration: Registration) -> None:
    """Raise PreflightFailed when a login would answer the last look in the release's place, and a
    check does not expect it: all traffic would be on the candidate by then.
    """
    logins = [action["Type"] for action in actions if is_login(action)]
    checks = registration.settings.safe_checks
    paths = [check.path for check in checks if check.production_status is None]
    if logins and paths:
        raise PreflightFailed(
            f"{registration.rule_arn}: asks for a login ({logins[0]}), which would answer "
            f"VerifyProduction in the release's place; give each check its production_status in "
            f"the service file, here those of {', '.join(paths)}"
        )


def require_carriers(
    sides: Sides, fleets: Fleets, revision: str, *, health: Callable[[str, int], Health]
) -> int:
    """Have both sides able to carry all the traffic; the size that this takes.

    Raises SideUnhealthy unless the candidate is seen on the revision and healthy; SideBehind, and
    both grow, until they have the size of the larger and are well at it.
    """
    live, candidate = sides.live, sides.candidate
    fleets.observe(candidate.fleet).require(revision)
    found = health(candidate.target_group_arn, sides.size)
    found.require(SideUnhealthy)
    size = level(fleets, live.fleet, candidate.fleet)
    replace(found, wanted=size).require(SideBehind)
    health(live.target_group_arn, size).require(SideBehind)
    return size


def require_idle(side: Side, actions: Actions) -> None:
    """Raise SideServing unless the rule names the side with weight 0."""
    weight = weights_in(actions).get(side.target_group_arn)
    if weight != 0:
        raise SideServing(
            f"{side.colour}: wanted weight 0 before it loses capacity, found {weight}"
        )
