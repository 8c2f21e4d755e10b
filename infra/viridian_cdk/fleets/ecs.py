"""An ECS fleet: one colour's Fargate tasks, and the rights on all such fleets."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from constructs import Construct

from viridian.core.owned import Kind
from viridian_cdk.owned import OwnedResource
from viridian_cdk.rights import (
    IS_MANAGED,
    IS_TO_BE_MANAGED,
    ROLE_PATH,
    Right,
    arns,
    manage,
)

READ = Right(("ecs:DescribeServices",), on=arns("ecs", "service/*"), when=IS_MANAGED)
READ_STOPPED = (
    # AWS narrows a list of tasks by cluster alone, and a service's cluster may be any; tasks carry
    # their service's tag only where it is told to hand it on.
    Right(("ecs:ListTasks", "ecs:DescribeTaskDefinition")),
    Right(("ecs:DescribeTasks",), on=arns("ecs", "task/*")),
    # the tag is on the group of a stream, where its owner sets it to have its lines quoted
    Right(("logs:GetLogEvents",), on=arns("logs", "log-group:*"), when=IS_MANAGED),
)
"""To tell what ended a candidate's tasks."""

CHANGE = Right(("ecs:UpdateService",), on=arns("ecs", "service/*"), when=IS_MANAGED)
READ_DEFINITIONS = Right(("ecs:DescribeTaskDefinition",))
REGISTER = (
    READ_DEFINITIONS,
    # The reference has task definitions as its resource, where AWS long had none: `*` fits both.
    Right(("ecs:RegisterTaskDefinition",), when=IS_TO_BE_MANAGED),
    Right(  # and so never on a service that stands, which a tag would open to UpdateService
        ("ecs:TagResource",),
        on=arns("ecs", "task-definition/*"),
        when={"ecs:CreateAction": "RegisterTaskDefinition"},
    ),
    Right(  # by path: AWS says that a role's tags do not reliably limit who passes it
        ("iam:PassRole",),
        on=f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role{ROLE_PATH}*",
        when={"iam:PassedToService": "ecs-tasks.amazonaws.com"},
    ),
)
"""A release is a new revision of its service's family, under the same two roles."""

OF_ECS = {"application-autoscaling:service-namespace": "ecs"}
SCALE = Right(("application-autoscaling:RegisterScalableTarget",), when=OF_ECS)
MAKE_SCALED = (
    SCALE,
    Right(("application-autoscaling:DeregisterScalableTarget",), when=OF_ECS),
    Right(("application-autoscaling:DescribeScalableTargets",)),
    Right(  # by the first target of an account
        ("iam:CreateServiceLinkedRole",),
        on=f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/aws-service-role/"
        "ecs.application-autoscaling.amazonaws.com/*",
        when={"iam:AWSServiceName": "ecs.application-autoscaling.amazonaws.com"},
    ),
)

MAKE = (
    READ,
    *REGISTER,
    Right(("ecs:CreateService",), on=arns("ecs", "service/*"), when=IS_TO_BE_MANAGED),
    Right(
        ("ecs:TagResource",),
        on=arns("ecs", "service/*"),
        when={"ecs:CreateAction": "CreateService"},
    ),
    Right(
        ("ecs:DeleteService", "ecs:TagResource", "ecs:UntagResource"),
        on=arns("ecs", "service/*"),
        when=IS_MANAGED,
    ),
)
"""A service's first tasks run the template under its first version."""

FIRST_GRACE_SECONDS = 60


class RoleOutsidePath(Exception):
    """A task's role stands where Viridian may not pass it on."""


@dataclass(frozen=True)
class EcsTasks:
    """What a service's tasks are made of. The task definition is the task template: it never runs
    by itself, and each release makes a definition of its own from it.

    Without a security group each colour gets its own, which the load balancer alone may reach;
    without subnets they stand in public ones if they get a public IP, in private ones otherwise.
    """

    cluster: ecs.ICluster
    task_definition: ecs.FargateTaskDefinition
    security_group: ec2.ISecurityGroup | None = None
    subnets: ec2.SubnetSelection | None = None
    assign_public_ip: bool = False

    @property
    def container(self) -> ecs.ContainerDefinition:
        """The first container, the one that is deployed."""
        container = self.task_definition.default_container
        assert container is not None, "the task definition has no container"
        return container

    @property
    def port(self) -> int:
        """The port that it serves on."""
        return int(self.container.container_port)


class EcsFleet(Construct):
    """A Fargate service behind one target group, on the rolling controller.

    A roll-out starts the new tasks before it stops the old (100/200). No circuit breaker: going
    back is Viridian's decision, and two deciders would undo each other.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        owner: str,
        service: str,
        colour: str,
        first_version: str,
        tasks: EcsTasks,
        target_group: OwnedResource,
        load_balancer: elbv2.ApplicationLoadBalancer,
        initial_count: int,
    ) -> None:
        super().__init__(scope, id)
        self._tasks = tasks
        self._group = tasks.security_group or ec2.SecurityGroup(
            self, "Tasks", vpc=tasks.cluster.vpc
        )
        load_balancer.connections.allow_to(
            self._group, ec2.Port.tcp(tasks.port), "The load balancer to the tasks"
        )
        network = self._network()
        self.service = OwnedResource(
            self,
            "Service",
            owner=owner,
            kind=Kind.FLEET,
            label=f"{service}-{colour}",
            wanted={
                "service": service,
                "version": first_version,
                "template": tasks.task_definition.task_definition_arn,
                "family": f"viridian-{service}",
                "cluster": tasks.cluster.cluster_arn,
                "launchType": "FARGATE",
                "desiredCount": initial_count,
                "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200},
                "healthCheckGracePeriodSeconds": FIRST_GRACE_SECONDS,
                "loadBalancers": [
                    {
                        "targetGroupArn": target_group.arn,
                        "containerName": tasks.container.container_name,
                        "containerPort": tasks.port,
                    }
                ],
                "networkConfiguration": {
                    "awsvpcConfiguration": {
                        "subnets": network["subnets"],
                        "securityGroups": network["security_groups"],
                        "assignPublicIp": network["assign_public_ip"],
                    }
                },
            },
        )
        # without the right to pull its image the first task would fail and be tried again
        self.service.node.add_dependency(tasks.task_definition.obtain_execution_role())
        self.service.node.add_dependency(tasks.task_definition.task_role)

    def registration(self) -> dict[str, Any]:
        """How a function finds this fleet, and where its next tasks are to stand."""
        return {"kind": "ecs", "arn": self.service.arn, "network": self._network()}

    def _network(self) -> dict[str, Any]:
        public = self._tasks.assign_public_ip
        kind = ec2.SubnetType.PUBLIC if public else ec2.SubnetType.PRIVATE_WITH_EGRESS
        wanted = self._tasks.subnets or ec2.SubnetSelection(subnet_type=kind)
        return {
            "subnets": self._tasks.cluster.vpc.select_subnets(
                **{n: v for n, v in wanted._values.items() if v is not None}
            ).subnet_ids,
            "security_groups": [self._group.security_group_id],
            "assign_public_ip": "ENABLED" if public else "DISABLED",
        }


def adopt(tasks: EcsTasks) -> None:
    """Let Viridian register releases of these tasks and hand their roles on."""
    manage(tasks.task_definition)
    put_under_path(tasks.task_definition.task_role)
    put_under_path(tasks.task_definition.obtain_execution_role())


def put_under_path(role: iam.IRole) -> None:
    """Have the role made where Viridian may pass it on; raises RoleOutsidePath if it is imported
    from elsewhere.
    """
    resource = role.node.default_child
    if isinstance(resource, iam.CfnRole):
        resource.path = ROLE_PATH
    elif f":role{ROLE_PATH}" not in role.role_arn:
        raise RoleOutsidePath(
            f"{role.node.path}: Viridian passes on roles under the path {ROLE_PATH} only; recreate "
            "this one with that path, or let the task definition make a role of its own"
        )
