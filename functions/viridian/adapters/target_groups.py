"""Target groups: the health of what stands behind them."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.clients import client
from viridian.core.evidence.health import Health


@dataclass(frozen=True)
class TargetGroups:
    """Target groups by ARN."""

    elbv2: Any

    @classmethod
    def from_session(cls) -> "TargetGroups":
        """Target groups, with a client of their own."""
        return cls(client("elbv2"))

    def health(self, target_group_arn: str, wanted: int) -> Health:
        """The group's health as the load balancer sees it now. One call."""
        answer = self.elbv2.describe_target_health(TargetGroupArn=target_group_arn)
        targets = answer["TargetHealthDescriptions"]
        return Health.of((target["TargetHealth"]["State"] for target in targets), wanted)
