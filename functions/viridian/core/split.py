"""The split: the candidate's share of production requests, as weights of the listener rule.

Both target groups stay in the rule: a group at weight 0 keeps its health checks running.
Actions have the shape of ELBv2's DescribeRules and ModifyRule.
"""

import copy
from dataclasses import dataclass
from typing import Any

from viridian.core.errors import PreflightFailed, SideServing, SplitNotApplied
from viridian.core.service.registration import Registration, Side

Actions = list[dict[str, Any]]


@dataclass(frozen=True)
class Split:
    """Weights of the two sides of one deployment; they sum to 100."""

    live_target_group_arn: str
    candidate_target_group_arn: str
    candidate_percent: int

    def __post_init__(self) -> None:
        if not 0 <= self.candidate_percent <= 100:
            raise ValueError(f"candidate_percent: wanted 0 to 100, found {self.candidate_percent}")

    def weights(self) -> dict[str, int]:
        """Weight by target group ARN."""
        return {
            self.live_target_group_arn: 100 - self.candidate_percent,
            self.candidate_target_group_arn: self.candidate_percent,
        }

    def applied_to(self, actions: Actions) -> Actions:
        """The same actions with these weights; all else of them is kept."""
        written = [_writable(action) for action in copy.deepcopy(actions)]
        forward = _forward(written)
        forward["ForwardConfig"]["TargetGroups"] = [
            {"TargetGroupArn": arn, "Weight": weight} for arn, weight in self.weights().items()
        ]
        return written

    def require_in(self, actions: Actions, rule_arn: str) -> None:
        """Raise SplitNotApplied unless the actions carry these weights."""
        found = weights_in(actions)
        if found != self.weights():
            raise SplitNotApplied(f"wanted {self.weights()}, found {found} on {rule_arn}")


def weights_in(actions: Actions) -> dict[str, int]:
    """Weight by target group ARN of the rule's forward action; empty where there is none."""
    return {
        group["TargetGroupArn"]: group.get("Weight", 1)
        for action in actions
        if action["Type"] == "forward"
        for group in action.get("ForwardConfig", {}).get("TargetGroups", [])
    }


@dataclass(frozen=True)
class Roles:
    """Which side plays which part in a deployment."""

    live: Side
    candidate: Side


def roles_in(actions: Actions, registration: Registration) -> Roles:
    """Read the roles from the rule: live is the one side that has all the weight.

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
    return Roles(live=serving[0], candidate=green if serving[0] is blue else blue)


def _writable(action: dict[str, Any]) -> dict[str, Any]:
    """An action as ModifyRule takes it back: AWS never shows an OIDC secret, but keeps it."""
    if "AuthenticateOidcConfig" in action:
        action["AuthenticateOidcConfig"]["UseExistingClientSecret"] = True
    return action


def _forward(actions: Actions) -> dict[str, Any]:
    for action in actions:
        if action["Type"] == "forward":
            # AWS refuses an action that names one group twice: here, and in ForwardConfig.
            action.pop("TargetGroupArn", None)
            forward: dict[str, Any] = action
            forward.setdefault("ForwardConfig", {})
            return forward
    raise SplitNotApplied("the rule has no forward action")


def require_idle(side: Side, actions: Actions) -> None:
    """Raise SideServing unless the rule names the side with weight 0."""
    weight = weights_in(actions).get(side.target_group_arn)
    if weight != 0:
        raise SideServing(
            f"{side.colour}: wanted weight 0 before it loses capacity, found {weight}"
        )
