"""Elastic Load Balancing: where production's weights are, and the health of what stands behind."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.drain import drain_attributes
from viridian.core.evidence.health import Health
from viridian.core.facts import Told
from viridian.core.service.settings import Settings
from viridian.core.split import Actions


@dataclass(frozen=True)
class ListenerRule:
    """One rule. Default rules are not served: they change through ModifyListener."""

    elbv2: Any
    arn: str

    def actions(self) -> Actions:
        """Its actions as they are now. One call."""
        answer = self.elbv2.describe_rules(RuleArns=[self.arn])
        actions: Actions = answer["Rules"][0]["Actions"]
        return actions

    def write(self, actions: Actions) -> None:
        """Replace its actions. One call; what was written is still to be read back."""
        self.elbv2.modify_rule(RuleArn=self.arn, Actions=actions)


@dataclass(frozen=True)
class LoadBalancers:
    """Listener rules and target groups, by ARN."""

    elbv2: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "LoadBalancers":
        """Load balancers, with a client of their own."""
        return cls(client("elbv2", session))

    def rule(self, arn: str) -> ListenerRule:
        """A rule, to look at and to write."""
        return ListenerRule(self.elbv2, arn)

    def arrange(self, target_group_arn: str, settings: Settings) -> None:
        """Have a group be checked and drained as the service asks now. At most three calls."""
        answer = self.elbv2.describe_target_groups(TargetGroupArns=[target_group_arn])
        path = settings.health_check_path
        if answer["TargetGroups"][0].get("HealthCheckPath") != path:
            self.elbv2.modify_target_group(TargetGroupArn=target_group_arn, HealthCheckPath=path)
        self.elbv2.modify_target_group_attributes(
            TargetGroupArn=target_group_arn, Attributes=drain_attributes(settings.drain_seconds)
        )

    def told(self, target_group_arn: str) -> Told:
        """How a group is checked, and its attributes, as they are now. Two calls."""
        answer = self.elbv2.describe_target_groups(TargetGroupArns=[target_group_arn])
        checks = {
            name: str(value)
            for name, value in answer["TargetGroups"][0].items()
            if name.startswith("Health") or name in ("Matcher", "UnhealthyThresholdCount")
        }
        answer = self.elbv2.describe_target_group_attributes(TargetGroupArn=target_group_arn)
        attributes = {told["Key"]: told["Value"] for told in answer["Attributes"]}
        return {"health_check": checks, "attributes": attributes}

    def health(self, target_group_arn: str, wanted: int) -> Health:
        """The group's health as the load balancer sees it now. One call."""
        answer = self.elbv2.describe_target_health(TargetGroupArn=target_group_arn)
        states = (t["TargetHealth"]["State"] for t in answer["TargetHealthDescriptions"])
        return Health.of(target_group_arn, states, wanted)
