"""The split: the candidate's share of production requests, as weights of the listener rule.

Both target groups stay in the rule: a group at weight 0 keeps its health checks running.
Actions have the shape of ELBv2's DescribeRules and ModifyRule.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from viridian.core.errors import SplitChanged, SplitNotApplied

Action = dict[str, Any]
Actions = list[Action]


class Rule(Protocol):
    """A listener rule as it is now; one call each."""

    @property
    def arn(self) -> str: ...
    def actions(self) -> Actions: ...
    def write(self, actions: Actions) -> None: ...


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

    def change_in(self, rule: Rule) -> str | None:
        """What is other in the rule than these weights, in words; None when it carries them."""
        found = weights_in(rule.actions())
        return None if found == self.weights() else _changed(self.weights(), found, rule.arn)

    def put_into(
        self,
        rule: Rule,
        *,
        after_percent: int | None = None,
        told: Callable[[str], str] = str,
    ) -> None:
        """Write the split into the rule and read it back.

        ModifyRule replaces the whole action list and knows no version: what is read first is
        written again with new weights. Conditions and transforms are not named, so AWS keeps
        them. Raises SplitChanged when the rule has neither these weights nor those of
        `after_percent`, the share that the last move left; a way back takes any (None). `told`
        has more to say of that. Raises
        SplitNotApplied when the rule read back is another.
        """
        found = rule.actions()
        if after_percent is not None:
            before = replace(self, candidate_percent=after_percent)
            if weights_in(found) not in (before.weights(), self.weights()):
                change = _changed(before.weights(), weights_in(found), rule.arn)
                raise SplitChanged(told(change))
        rule.write(self.applied_to(found))
        self.require_in(rule)

    def require_in(self, rule: Rule) -> None:
        """Raise SplitNotApplied unless the rule carries these weights."""
        found = weights_in(rule.actions())
        if found != self.weights():
            raise SplitNotApplied(f"wanted {self.weights()}, found {found} on {rule.arn}")

    def applied_to(self, actions: Actions) -> Actions:
        """The same actions with these weights; all else of them is kept.

        Raises SplitNotApplied when none of them forwards.
        """
        if not any(is_forward(action) for action in actions):
            raise SplitNotApplied("the rule has no forward action")
        groups = [{"TargetGroupArn": arn, "Weight": w} for arn, w in self.weights().items()]
        return [
            _forwarding(action, groups) if is_forward(action) else _writable(action)
            for action in actions
        ]


def weights_in(actions: Actions) -> dict[str, int]:
    """Weight by target group ARN of the rule's forward action; empty where there is none."""
    return {
        group["TargetGroupArn"]: group.get("Weight", 1)
        for action in actions
        if is_forward(action)
        for group in action.get("ForwardConfig", {}).get("TargetGroups", [])
    }


def is_forward(action: Action) -> bool:
    """Whether the action sends requests to target groups."""
    return bool(action["Type"] == "forward")


def is_login(action: Action) -> bool:
    """Whether the action answers a client who is not logged in, in place of what comes after it."""
    config = action.get("AuthenticateOidcConfig") or action.get("AuthenticateCognitoConfig") or {}
    is_open = config.get("OnUnauthenticatedRequest") == "allow"
    return action["Type"].startswith(("authenticate-", "jwt-")) and not is_open


def _changed(wanted: dict[str, int], found: dict[str, int], arn: str) -> str:
    return f"wanted {wanted}, found {found} on {arn}: somebody else moves this traffic"


def _forwarding(action: Action, groups: list[dict[str, Any]]) -> Action:
    """The forward action to these groups, named in one place: AWS refuses a group named twice."""
    members = {name: value for name, value in action.items() if name != "TargetGroupArn"}
    return {**members, "ForwardConfig": {**action.get("ForwardConfig", {}), "TargetGroups": groups}}


def _writable(action: Action) -> Action:
    """An action as ModifyRule takes it back: AWS never shows an OIDC secret, but keeps it."""
    oidc = action.get("AuthenticateOidcConfig")
    kept = {"AuthenticateOidcConfig": {**oidc, "UseExistingClientSecret": True}} if oidc else {}
    return {**action, **kept}
