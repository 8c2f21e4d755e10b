"""One Lambda function of the table: its handler, a role of its own, its log group, its limits."""

import re
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.functions_table import Row
from viridian_cdk.probes import INTERFACES, ProbeNetwork
from viridian_cdk.rights import Own, Place, grant

RUNTIME = lambda_.Runtime.PYTHON_3_13
LOG_RETENTION = logs.RetentionDays.THREE_MONTHS
POWERTOOLS = {
    "POWERTOOLS_SERVICE_NAME": "viridian",
    "POWERTOOLS_METRICS_NAMESPACE": "Viridian",
    "LOG_LEVEL": "INFO",
}


class HandlerFunction(Construct):
    """A handler, run under a role that may only do what its row says.

    The row names the handler: ShiftTraffic is `viridian/handlers/shift_traffic.py`. Besides, the
    role may write to its own log group and send traces: the managed policy that CDK would attach
    allows every log group of the account.
    """

    def __init__(
        self,
        scope: Construct,
        row: Row,
        *,
        code: lambda_.Code,
        places: Mapping[Own, Place],
        package: str = "viridian.handlers",
        dead_letter_queue: sqs.IQueue | None = None,
        network: ProbeNetwork | None = None,
    ) -> None:
        super().__init__(scope, row.name)
        log_group = logs.LogGroup(
            self, "Logs", retention=LOG_RETENTION, removal_policy=RemovalPolicy.DESTROY
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        grant(self.role, (*row.may, *(INTERFACES if network else ())), places)
        known = [places[right.on] for right in row.may if isinstance(right.on, Own)]
        self.function = lambda_.Function(
            self,
            "Function",
            code=code,
            handler=f"{package}.{snake_case(row.name)}.handler",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            role=self.role,
            log_group=log_group,
            timeout=Duration.seconds(row.timeout_seconds),
            memory_size=row.memory_mib,
            environment=POWERTOOLS
            | {place.variable: place.value for place in known if place.variable},
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=dead_letter_queue,
            vpc=network.vpc if network else None,
            vpc_subnets=network.subnets if network else None,
            security_groups=[network.group] if network else None,
            allow_public_subnet=True if network else None,  # it needs no internet
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )
        acknowledge(
            self,
            {
                "AwsSolutions-IAM5[Resource::*]": "X-Ray has no narrower resource in AWS.",
                "AwsSolutions-L1": "Not the newest: 3.13 is supported, and what was rehearsed.",
            },
        )

    def reserve(self, executions: int) -> None:
        """Keep room for so many at once in the account's pool; more than these never run."""
        resource = self.function.node.default_child
        assert isinstance(resource, lambda_.CfnFunction)
        resource.reserved_concurrent_executions = executions


def snake_case(name: str) -> str:
    """ShiftTraffic is shift_traffic."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
