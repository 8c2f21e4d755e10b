"""The auto scaling of one side: what it is kept at is the stack's, what it may do Viridian's."""

from dataclasses import asdict

from aws_cdk import Fn
from aws_cdk import aws_applicationautoscaling as scaling_
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from viridian.core.owned import Kind
from viridian.core.scaling import DIMENSION, NAMESPACE, Scaling
from viridian_cdk.owned import OwnedResource


class SideScaling(Construct):
    """A scalable target, and a policy that keeps each of its tasks at so many requests a minute.

    `rests` is the size of a side that is not live at first, None of the one that is. An edit of the
    policy arrives at once: it decides nothing while the target is at rest.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        owner: str,
        scaling: Scaling,
        fleet: OwnedResource,
        load_balancer: elbv2.ApplicationLoadBalancer,
        target_group: OwnedResource,
        rests: int | None,
    ) -> None:
        super().__init__(scope, id)
        target = OwnedResource(
            self,
            "Target",
            owner=owner,
            kind=Kind.SCALABLE_TARGET,
            label="scaling",
            wanted={"fleet": fleet.arn, "scaling": asdict(scaling), "rests": rests},
        )
        policy = scaling_.CfnScalingPolicy(
            self,
            "Policy",
            policy_name="viridian-requests-per-target",
            policy_type="TargetTrackingScaling",
            service_namespace=NAMESPACE,
            resource_id=Fn.select(5, Fn.split(":", fleet.arn)),
            scalable_dimension=DIMENSION,
            target_tracking_scaling_policy_configuration={
                "targetValue": scaling.requests_per_target,
                "predefinedMetricSpecification": {
                    "predefinedMetricType": "ALBRequestCountPerTarget",
                    "resourceLabel": f"{load_balancer.load_balancer_full_name}/"
                    f"{target_group.full_name}",
                },
            },
        )
        policy.node.add_dependency(target)
