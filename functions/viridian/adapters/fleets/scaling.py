"""Application Auto Scaling of ECS services: one scalable target a fleet.

A write may come twice, and the last one holds. RegisterScalableTarget makes a target or changes
what it names, and brings the service into its bounds:
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
"""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.scaling import DIMENSION, NAMESPACE, Bounds


@dataclass(frozen=True)
class ScalableTargets:
    """Scalable targets, by the ARN of their ECS service."""

    scaling: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "ScalableTargets":
        """Scalable targets, with a client of their own."""
        return cls(client("application-autoscaling", session))

    def bind(self, fleet_arn: str, bounds: Bounds, *, most: int | None = None) -> None:
        """Keep a fleet within these bounds from now on; a new one also needs to know the most."""
        self.scaling.register_scalable_target(
            **place(fleet_arn),
            MinCapacity=bounds.least,
            **({} if most is None else {"MaxCapacity": most}),
            SuspendedState={
                "DynamicScalingInSuspended": not bounds.may_shrink,
                "DynamicScalingOutSuspended": not bounds.may_grow,
                "ScheduledScalingSuspended": not (bounds.may_shrink and bounds.may_grow),
            },
        )

    def is_free(self, fleet_arn: str) -> bool:
        """Whether it may be scaled both ways: nothing is deployed, and it is live."""
        wanted = place(fleet_arn)
        found = self.scaling.describe_scalable_targets(
            ServiceNamespace=NAMESPACE,
            ScalableDimension=DIMENSION,
            ResourceIds=[wanted["ResourceId"]],
        )["ScalableTargets"]
        return any(not any(target.get("SuspendedState", {}).values()) for target in found)

    def widen(self, fleet_arn: str, most: int) -> None:
        """Change how far it may grow, and nothing else."""
        self.scaling.register_scalable_target(**place(fleet_arn), MaxCapacity=most)

    def forget(self, fleet_arn: str) -> None:
        """Scale it no more; its policies go with it."""
        try:
            self.scaling.deregister_scalable_target(**place(fleet_arn))
        except self.scaling.exceptions.ObjectNotFoundException:
            return


def place(fleet_arn: str) -> dict[str, str]:
    """What Application Auto Scaling calls it; the ARN ends with service/<cluster>/<name>."""
    return {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": fleet_arn.rpartition(":")[2],
        "ScalableDimension": DIMENSION,
    }
