"""The right of a service's tasks to fetch the releases that come as bundles."""

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from viridian_cdk.acknowledgements import acknowledge_wildcards


def allow_bundles(task: ecs.FargateTaskDefinition, service: str, artifacts: s3.IBucket) -> None:
    """Let the task read exact versions below its service's own prefix, and nothing else."""
    # by export, as a reference from another stack ends up: cdk-nag reads the ARN after that
    bucket = Stack.of(artifacts).export_value(artifacts.bucket_arn)
    bundles = f"{bucket}/{service}/*"
    task.add_to_task_role_policy(
        iam.PolicyStatement(actions=["s3:GetObject", "s3:GetObjectVersion"], resources=[bundles])
    )
    acknowledge_wildcards(task, [bundles], "Any release of this service.")
