"""What one task of the shop runs, and what it may do."""

from aws_cdk import CfnParameter, Duration, RemovalPolicy, Stack, Tokenization
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.rights import manage

CONTAINER_PORT = 8080
# Between SIGTERM and SIGKILL, after the load balancer has drained the task: ECS's own default.
STOP_TIMEOUT = Duration.seconds(30)


def shop_task_definition(
    stack: Stack, *, service: str, production_port: CfnParameter
) -> ecs.FargateTaskDefinition:
    """The task template: what each release is made from, and the first tasks run."""
    image = CfnParameter(
        stack,
        "Image",
        description="The first release's image, by digest: <repository>@sha256:<hex>",
        allowed_pattern=r"[^@\s]+@sha256:[0-9a-f]{64}",
    )
    task = ecs.FargateTaskDefinition(stack, "Task", cpu=256, memory_limit_mib=512)
    task.add_container(
        "app",
        image=ecs.ContainerImage.from_registry(image.value_as_string),
        port_mappings=[ecs.PortMapping(container_port=CONTAINER_PORT)],
        environment={
            "PORT": str(CONTAINER_PORT),
            "PRODUCTION_PORT": Tokenization.stringify_number(production_port.value_as_number),
        },
        logging=ecs.LogDrivers.aws_logs(stream_prefix=service, log_group=_log_group(stack)),
        stop_timeout=STOP_TIMEOUT,
        linux_parameters=_with_init(stack),
    )
    _allow_pull(task, service)
    acknowledge(task, {"AwsSolutions-ECS2": "Ports and a version: nothing secret."})
    return task


def _with_init(scope: Construct) -> ecs.LinuxParameters:
    """A process numbered 1 ignores SIGTERM unless it asks for it; under an init it does not."""
    return ecs.LinuxParameters(scope, "TaskInit", init_process_enabled=True)


def _log_group(scope: Construct) -> logs.LogGroup:
    """Managed: the reason of a rejected release quotes the last lines of a task that failed."""
    group = logs.LogGroup(
        scope,
        "TaskLogs",
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )
    manage(group)
    return group


def _allow_pull(task: ecs.FargateTaskDefinition, service: str) -> None:
    """Images come from the account's ECR repository that is named as the service."""
    repository = ecr.Repository.from_repository_name(task, "Images", service)
    repository.grant_pull(task.obtain_execution_role())
    acknowledge(
        task,
        {"AwsSolutions-IAM5[Resource::*]": "A registry's token has no narrower resource."},
    )
