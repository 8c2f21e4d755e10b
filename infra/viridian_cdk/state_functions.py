"""The functions behind the deployment machine's Task states: limits and rights, state by state.

Rights on one service's own resources (its rule, its ECS services) are not here: the service's
stack adds them, in `service_grants.py`.
"""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.functions import HandlerFunction
from viridian_cdk.storage import Storage

DESCRIBE_RULES = "elasticloadbalancing:DescribeRules"
DESCRIBE_HEALTH = "elasticloadbalancing:DescribeTargetHealth"
DESCRIBE_ALARMS = "cloudwatch:DescribeAlarms"
GET_METRICS = "cloudwatch:GetMetricData"


@dataclass(frozen=True)
class StateFunction:
    """One state's function. `anywhere` are actions that AWS cannot narrow to a resource."""

    name: str
    timeout_seconds: int
    anywhere: tuple[str, ...] = ()
    on_table: tuple[str, ...] = ()
    memory_mib: int = 512


STATE_FUNCTIONS = (
    StateFunction("AdmitRequest", 300),
    StateFunction("AcquireLease", 20, on_table=("dynamodb:UpdateItem",)),
    StateFunction("InspectLive", 30, (DESCRIBE_RULES, DESCRIBE_HEALTH, DESCRIBE_ALARMS)),
    StateFunction(
        "PrepareCandidate", 60, ("ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition")
    ),
    StateFunction("CheckCandidate", 30, (DESCRIBE_HEALTH, DESCRIBE_ALARMS)),
    StateFunction("WarmCandidate", 60),
    StateFunction("SmokeTest", 120),
    StateFunction(
        "ShiftTraffic",
        30,
        (DESCRIBE_RULES, DESCRIBE_HEALTH, DESCRIBE_ALARMS),
        on_table=("dynamodb:UpdateItem",),
    ),
    StateFunction("JudgeCandidate", 30, (DESCRIBE_ALARMS, GET_METRICS)),
    StateFunction("VerifyProduction", 120),
    StateFunction(  # more memory is more CPU: the way back starts fast
        "RestoreTraffic",
        30,
        (DESCRIBE_RULES, DESCRIBE_HEALTH),
        on_table=("dynamodb:UpdateItem",),
        memory_mib=1024,
    ),
    StateFunction("VerifyRestored", 60, (DESCRIBE_RULES, DESCRIBE_HEALTH)),
    StateFunction("Promote", 20, on_table=("dynamodb:UpdateItem", "dynamodb:PutItem")),
    StateFunction("RetireStandby", 30, (DESCRIBE_RULES,)),
)


class StateFunctions(Construct):
    """All of them, by name."""

    def __init__(self, scope: Construct, id: str, *, code: lambda_.Code, storage: Storage) -> None:
        super().__init__(scope, id)
        self.by_name = {spec.name: _build(self, spec, code, storage) for spec in STATE_FUNCTIONS}
        _grant_reading_releases(self.by_name["AdmitRequest"], storage)


def _build(
    scope: Construct, spec: StateFunction, code: lambda_.Code, storage: Storage
) -> HandlerFunction:
    function = HandlerFunction(
        scope,
        spec.name,
        code=code,
        timeout_seconds=spec.timeout_seconds,
        memory_mib=spec.memory_mib,
    )
    if spec.anywhere:
        function.allow(*spec.anywhere, on=["*"])
    if spec.on_table:
        function.function.add_environment("VIRIDIAN_TABLE", storage.table.table_name)
        storage.table.grant(function.role, *spec.on_table)
    return function


def _grant_reading_releases(admit: HandlerFunction, storage: Storage) -> None:
    """AdmitRequest resolves any service's registration and reads any release's bytes."""
    bucket = storage.artifact_bucket
    registrations = Stack.of(admit).format_arn(
        service="ssm", resource="parameter", resource_name="viridian/services/*"
    )
    admit.function.add_environment("VIRIDIAN_ARTIFACT_BUCKET", bucket.bucket_name)
    admit.allow("s3:GetObject", "s3:GetObjectVersion", on=[bucket.arn_for_objects("*")])
    admit.allow("s3:ListBucket", "s3:ListBucketVersions", on=[bucket.bucket_arn])
    admit.allow("ssm:GetParameter", on=[registrations])
    acknowledge(
        admit,
        {
            "AwsSolutions-IAM5[Resource::<StorageArtifactBucket48D12CDB.Arn>/*]": (
                "The releases of every service, read only."
            ),
            "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>"
            ":parameter/viridian/services/*]": "The registrations of every service, read only.",
        },
    )
