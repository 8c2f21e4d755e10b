"""An ECS fleet: one colour's Fargate tasks, and what the functions may do with them."""

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge


@dataclass(frozen=True)
class EcsTasks:
    """What a service's tasks are made of; both colours share one task-definition family."""

    cluster: ecs.ICluster
    task_definition: ecs.FargateTaskDefinition
    security_group: ec2.ISecurityGroup
    subnets: ec2.SubnetSelection
    assign_public_ip: bool = False
    health_check_grace: Duration | None = None

    @property
    def port(self) -> int:
        """The port of the first container, the one that is deployed."""
        container = self.task_definition.default_container
        assert container is not None, "the task definition has no container"
        return int(container.container_port)


class EcsFleet(Construct):
    """A Fargate service behind one target group, on the rolling controller.

    A roll-out starts the new tasks before it stops the old (100/200). No circuit breaker: going
    back is Viridian's decision, and two deciders would undo each other. No grace by default: a
    task that the load balancer has not found healthy does not count as steady. An application
    that needs longer than two checks (10 s) to answer has to ask for `health_check_grace`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        tasks: EcsTasks,
        target_group: elbv2.ApplicationTargetGroup,
        initial_count: int,
    ) -> None:
        super().__init__(scope, id)
        self._cluster = tasks.cluster
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=tasks.cluster,
            task_definition=tasks.task_definition,
            desired_count=initial_count,
            min_healthy_percent=100,
            max_healthy_percent=200,
            health_check_grace_period=tasks.health_check_grace or Duration.seconds(0),
            security_groups=[tasks.security_group],
            vpc_subnets=tasks.subnets,
            assign_public_ip=tasks.assign_public_ip,
        )
        self.service.attach_to_application_target_group(target_group)
        # without the right to pull its image the first task would fail and be tried again
        self.service.node.add_dependency(tasks.task_definition.obtain_execution_role())
        acknowledge(
            self,
            {"@aws-cdk/aws-ecs:shouldUseCircuitBreaker": "Viridian decides and limits the time."},
        )

    def registration(self) -> dict[str, str]:
        """How a function finds this fleet."""
        return {
            "kind": "ecs",
            "cluster": self._cluster.cluster_arn,
            "service": self.service.service_arn,
        }


def fleet_rights(fleets: list[EcsFleet], tasks: EcsTasks) -> dict[str, list[iam.PolicyStatement]]:
    """What each state's function may do with the fleets, by the state's name."""
    services = [fleet.service.service_arn for fleet in fleets]
    read = _allow("ecs:DescribeServices", on=services)
    change = _allow("ecs:DescribeServices", "ecs:UpdateService", on=services)
    return {
        "InspectLive": [read],
        "PrepareCandidate": [change, *_registering(tasks.task_definition)],
        "CheckCandidate": [read],
        "RetireStandby": [change],
    }


def fleet_findings(tasks: EcsTasks) -> dict[str, str]:
    """What cdk-nag finds in these rights, and why it is so."""
    return {
        f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>"
        f":task-definition/{tasks.task_definition.family}:*]": (
            "Every release is a revision of the family, and its number is not known before."
        )
    }


def _registering(task_definition: ecs.FargateTaskDefinition) -> list[iam.PolicyStatement]:
    """A release is a new revision of the same family, under the same two roles."""
    revisions = Stack.of(task_definition).format_arn(
        service="ecs",
        resource="task-definition",
        resource_name=f"{task_definition.family}:*",
    )
    roles = [task_definition.task_role, task_definition.obtain_execution_role()]
    pass_roles = _allow("iam:PassRole", on=[role.role_arn for role in roles])
    pass_roles.add_condition("StringEquals", {"iam:PassedToService": "ecs-tasks.amazonaws.com"})
    return [_allow("ecs:TagResource", on=[revisions]), pass_roles]


def _allow(*actions: str, on: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=on)
