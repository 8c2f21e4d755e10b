"""The example's hook: a function that makes load on the candidate before any client asks it."""

from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from viridian.core.service.registration import HOOK_PREFIX
from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.hooks import Target
from viridian_cdk.probes import INTERFACES
from viridian_cdk.rights import grant

LOAD_TEST = "load-test"
"""The hook's name in the service file."""
CODE = Path(__file__).parent / "hooks"


def load_test(
    scope: Construct, service: str, *, vpc: ec2.IVpc | None, group_id: str | None
) -> Target:
    """The function, with no right but to write its log; in the VPC of a shop that is internal."""
    log_group = logs.LogGroup(
        scope,
        "LoadTestLogs",
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=RemovalPolicy.DESTROY,
    )
    role = iam.Role(scope, "LoadTestRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    grant(role, INTERFACES if vpc else (), {})
    admitted = ec2.SecurityGroup.from_security_group_id
    function = lambda_.Function(
        scope,
        "LoadTest",
        function_name=f"{HOOK_PREFIX}{service}-{LOAD_TEST}",
        code=lambda_.Code.from_asset(str(CODE)),
        handler="load_test.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        architecture=lambda_.Architecture.ARM_64,
        role=role,
        log_group=log_group,
        timeout=Duration.seconds(60),
        memory_size=1769,  # one whole CPU: with less it would measure its own waiting
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC) if vpc else None,
        security_groups=[admitted(scope, "LoadTestGroup", group_id)] if group_id else None,
        allow_public_subnet=True if vpc else None,
    )
    acknowledge(
        function, {"AwsSolutions-L1": "Not the newest: 3.13 is supported, and what was rehearsed."}
    )
    return Target.function(function)
