"""An ECS fleet: one colour's Fargate tasks, and the rights on all such fleets."""

from dataclasses import dataclass

from aws_cdk import Aws, Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.rights import IS_MANAGED, MANAGED, ROLE_PATH, Right, arns, manage

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
REGISTER = (
    Right(("ecs:DescribeTaskDefinition",)),
    # The reference has task definitions as its resource, where AWS long had none: `*` fits both.
    Right(("ecs:RegisterTaskDefinition",), when={f"aws:RequestTag/{MANAGED}": "true"}),
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

FIRST_GRACE = Duration.seconds(60)


class RoleOutsidePath(Exception):
    """A task's role stands where Viridian may not pass it on."""


@dataclass(frozen=True)
class EcsTasks:
    """What a service's tasks are made of; both colours share one task-definition family.

    Without a security group each colour gets its own, which the load balancer alone may reach;
    without subnets ECS's constructs choose: public ones with a public IP, private ones otherwise.
    The grace is for the first tasks: each release brings its own, `start_grace_seconds`, which is
    not read here since an edit of it would have CloudFormation rewrite both services.
    """

    cluster: ecs.ICluster
    task_definition: ecs.FargateTaskDefinition
    security_group: ec2.ISecurityGroup | None = None
    subnets: ec2.SubnetSelection | None = None
    assign_public_ip: bool = False
    health_check_grace: Duration = FIRST_GRACE

    @property
    def port(self) -> int:
        """The port of the first container, the one that is deployed."""
        container = self.task_definition.default_container
        assert container is not None, "the task definition has no container"
        return int(container.container_port)


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
        tasks: EcsTasks,
        target_group: elbv2.ApplicationTargetGroup,
        initial_count: int,
    ) -> None:
        super().__init__(scope, id)
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=tasks.cluster,
            task_definition=tasks.task_definition,
            desired_count=initial_count,
            min_healthy_percent=100,
            max_healthy_percent=200,
            health_check_grace_period=tasks.health_check_grace,
            security_groups=[tasks.security_group] if tasks.security_group else None,
            vpc_subnets=tasks.subnets,
            assign_public_ip=tasks.assign_public_ip,
        )
        manage(self.service)
        self.service.attach_to_application_target_group(target_group)
        # without the right to pull its image the first task would fail and be tried again
        self.service.node.add_dependency(tasks.task_definition.obtain_execution_role())
        acknowledge(
            self,
            {"@aws-cdk/aws-ecs:shouldUseCircuitBreaker": "Viridian decides and limits the time."},
        )

    def registration(self) -> dict[str, str]:
        """How a function finds this fleet."""
        return {"kind": "ecs", "arn": self.service.service_arn}


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
