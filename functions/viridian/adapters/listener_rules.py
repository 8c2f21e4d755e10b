"""Listener rules of the load balancer: where production's weights are."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.clients import client
from viridian.core.split import Actions, Split


@dataclass(frozen=True)
class ListenerRules:
    """Rules by ARN. Default rules are not served: they change through ModifyListener."""

    elbv2: Any

    @classmethod
    def from_session(cls) -> "ListenerRules":
        """Rules, with a client of their own."""
        return cls(client("elbv2"))

    def actions(self, rule_arn: str) -> Actions:
        """The rule's actions as they are now. One call."""
        answer = self.elbv2.describe_rules(RuleArns=[rule_arn])
        actions: Actions = answer["Rules"][0]["Actions"]
        return actions

    def apply(self, rule_arn: str, split: Split) -> None:
        """Write the split into the rule and read it back. Three calls.

        ModifyRule replaces the whole action list and knows no version: what is read first is
        written again with new weights. Conditions and transforms are not named, so AWS keeps
        them. Raises SplitNotApplied when the rule read back is another.
        """
        written = split.applied_to(self.actions(rule_arn))
        self.elbv2.modify_rule(RuleArn=rule_arn, Actions=written)
        split.require_in(self.actions(rule_arn), rule_arn)
