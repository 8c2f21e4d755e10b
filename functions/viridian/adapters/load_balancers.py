"""Elastic Load Balancing: where production's weights are, and the health of what stands behind."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.evidence.health import Health
from viridian.core.split import Actions, Split


@dataclass(frozen=True)
class LoadBalancers:
    """Listener rules and target groups, by ARN.

    Default rules are not served: they change through ModifyListener.
    """

    elbv2: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "LoadBalancers":
        """Load balancers, with a client of their own."""
        return cls(client("elbv2", session))

    def health(self, target_group_arn: str, wanted: int) -> Health:
        """The group's health as the load balancer sees it now. One call."""
        answer = self.elbv2.describe_target_health(TargetGroupArn=target_group_arn)
        states = (t["TargetHealth"]["State"] for t in answer["TargetHealthDescriptions"])
        return Health.of(target_group_arn, states, wanted)

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
