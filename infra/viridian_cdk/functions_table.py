"""Every function: its limits and all that it may do, and what the machine's own role may do."""

from dataclasses import dataclass

from viridian.core.service.registration import HOOK_PREFIX
from viridian.core.service.smoke_tests import TEST_SECRETS
from viridian_cdk.fleets import ecs
from viridian_cdk.owned import LONGEST_SECONDS
from viridian_cdk.rights import IS_MANAGED, IS_TO_BE_MANAGED, Own, Right, arns

READ_RELEASES = (
    Right(("s3:GetObject", "s3:GetObjectVersion"), on=Own.RELEASES),
    Right(("s3:ListBucket", "s3:ListBucketVersions"), on=Own.BUCKET),
)
PUT_DOCUMENTS = Right(("s3:PutObject",), on=Own.DOCUMENTS)
PUT_RELEASES = Right(("s3:PutObject",), on=Own.RELEASES)
READ_REGISTRATIONS = Right(("ssm:GetParameter",), on=arns("ssm", "parameter/viridian/services/*"))
READ_TEST_SECRETS = Right(
    ("secretsmanager:GetSecretValue",), on=arns("secretsmanager", f"secret:{TEST_SECRETS}*")
)
LIST_TABLE = Right(("dynamodb:Query",), on=Own.TABLE)
READ_TABLE = Right(("dynamodb:GetItem",), on=Own.TABLE)
UPDATE_TABLE = Right(("dynamodb:UpdateItem",), on=Own.TABLE)
READ_STREAM = (
    Right(
        ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        on=Own.STREAM,
    ),
    Right(("dynamodb:ListStreams",)),
)
SEE_RULES = Right(("elasticloadbalancing:DescribeRules",))
SEE_HEALTH = Right(("elasticloadbalancing:DescribeTargetHealth",))
SEE_IMAGES = (  # manifests alone: to read layers takes ecr:GetDownloadUrlForLayer
    Right(("ecr:BatchGetImage",), on=arns("ecr", "repository/*")),
    Right(("ecr:DescribePullThroughCacheRules",)),
)
SEE_QUOTA = Right(("servicequotas:GetServiceQuota",))
SEE_ALARMS = Right(("cloudwatch:DescribeAlarms",))
SEE_METRICS = Right(("cloudwatch:GetMetricData",))
MOVE_TRAFFIC = (  # which target groups a rule may then name is checked by the adapter
    Right(
        ("elasticloadbalancing:ModifyRule",),
        on=arns("elasticloadbalancing", "listener-rule/app/*"),
        when=IS_MANAGED,
    ),
    # for a rule whose login is Cognito's, which is written again with the weights
    Right(("cognito-idp:DescribeUserPoolClient",), arns("cognito-idp", "userpool/*"), IS_MANAGED),
)
SEE_GROUPS = Right(("elasticloadbalancing:DescribeTargetGroups",))
COMPARE_SIDES = (
    SEE_GROUPS,
    Right(("elasticloadbalancing:DescribeTargetGroupAttributes",)),
    ecs.READ,
)
"""What AWS says of both sides, recorded at a promotion and compared with by the next deployment."""
ARRANGE = (
    SEE_GROUPS,
    Right(
        (
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
        ),
        on=arns("elasticloadbalancing", "targetgroup/*"),
        when=IS_MANAGED,
    ),
)
MAKE_ROUTES = (
    SEE_RULES,
    SEE_GROUPS,
    Right(
        ("elasticloadbalancing:CreateTargetGroup",),
        on=arns("elasticloadbalancing", "targetgroup/*"),
        when=IS_TO_BE_MANAGED,
    ),
    Right(
        ("elasticloadbalancing:CreateRule",),
        on=arns("elasticloadbalancing", "listener/app/*"),
        when=IS_TO_BE_MANAGED,
    ),
    *(
        Right(
            ("elasticloadbalancing:AddTags",),
            on=arns("elasticloadbalancing", made),
            when={"elasticloadbalancing:CreateAction": by},
        )
        for made, by in (
            ("targetgroup/*", "CreateTargetGroup"),
            ("listener-rule/app/*", "CreateRule"),
        )
    ),
    Right(
        (
            "elasticloadbalancing:ModifyTargetGroupAttributes",
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
        ),
        on=arns("elasticloadbalancing", "targetgroup/*"),
        when=IS_MANAGED,
    ),
    Right(
        (
            "elasticloadbalancing:ModifyRule",
            "elasticloadbalancing:SetRulePriorities",
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:AddTags",
            "elasticloadbalancing:RemoveTags",
        ),
        on=arns("elasticloadbalancing", "listener-rule/app/*"),
        when=IS_MANAGED,
    ),
)
PAGE = (
    Right(("sns:Publish",), on=Own.PAGES),
    Right(("kms:Decrypt", "kms:GenerateDataKey"), on=Own.PAGES_KEY),
)
START_HOOKS = Right(("states:StartExecution",), on=Own.HOOKS)
NESTED = "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
CALL_HOOKS = (  # of whatever service: by the name that all of them have
    Right(("lambda:InvokeFunction",), on=arns("lambda", f"function:{HOOK_PREFIX}*")),
    Right(("states:StartExecution",), on=arns("states", f"stateMachine:{HOOK_PREFIX}*")),
    Right(
        ("states:DescribeExecution", "states:StopExecution"),
        on=arns("states", f"execution:{HOOK_PREFIX}*"),
    ),
    # by which Step Functions hears of a nested execution's end
    Right(("events:PutTargets", "events:PutRule", "events:DescribeRule"), arns("events", NESTED)),
    # the resource is the machine that calls; what it may call is said by the connection
    Right(
        ("states:InvokeHTTPEndpoint",),
        on=arns("states", "stateMachine:*"),
        when={"states:HTTPMethod": "POST"},
        why="Of the machines that run under this role: the hook machine alone.",
    ),
    Right(
        ("events:RetrieveConnectionCredentials",), on=arns("events", f"connection/{HOOK_PREFIX}*")
    ),
    Right(
        ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
        on=arns("secretsmanager", f"secret:events!connection/{HOOK_PREFIX}*"),
    ),
)
TELL_BUS = Right(("events:PutEvents",), on=arns("events", "event-bus/default"))
START_STANDBY = Right(("states:StartExecution",), on=Own.STANDBY)
START = Right(("states:StartExecution",), on=Own.MACHINE)
SEE_DEPLOYMENTS = Right(("states:DescribeExecution",), on=Own.DEPLOYMENTS)
SEE_EXECUTIONS = (
    SEE_DEPLOYMENTS,
    Right(("states:DescribeExecution",), on=Own.STANDBYS),
)
ANSWER_JOBS = Right(("codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"))
FAIL_WAIT = Right(("states:SendTaskFailure",))
END_WAIT = Right(("states:SendTaskSuccess",))


@dataclass(frozen=True)
class Row:
    """One function. Its environment names those resources of Viridian that it has a right on."""

    name: str
    timeout_seconds: int
    may: tuple[Right, ...] = ()
    memory_mib: int = 512


STATE_FUNCTIONS = (
    Row(
        "AdmitRequest",
        300,
        (
            *(*READ_RELEASES, READ_REGISTRATIONS, LIST_TABLE, READ_TABLE, UPDATE_TABLE),
            *(*SEE_IMAGES, ecs.READ_DEFINITIONS),
        ),
    ),
    Row("AcquireLease", 20, (READ_TABLE, UPDATE_TABLE, END_WAIT, FAIL_WAIT)),
    Row(
        "InspectLive",
        60,
        (
            *(UPDATE_TABLE, READ_TABLE, SEE_RULES, SEE_HEALTH, SEE_ALARMS, *COMPARE_SIDES),
            *(SEE_QUOTA, SEE_METRICS, ecs.READ_DEFINITIONS),
        ),
    ),
    Row(
        "PrepareCandidate",
        60,
        (
            *(READ_TABLE, UPDATE_TABLE, START_HOOKS, SEE_RULES, *ARRANGE),
            *(ecs.READ, ecs.CHANGE, *ecs.REGISTER, ecs.SCALE),
        ),
    ),
    Row("CheckCandidate", 30, (READ_TABLE, SEE_HEALTH, SEE_ALARMS, ecs.READ, *ecs.READ_STOPPED)),
    Row("WarmCandidate", 60, (READ_TEST_SECRETS,)),
    Row("SmokeTest", 120, (READ_TEST_SECRETS,)),
    Row(
        "ShiftTraffic",
        30,
        (
            *(READ_TABLE, UPDATE_TABLE, START_HOOKS, SEE_RULES, SEE_HEALTH, SEE_ALARMS),
            *(*MOVE_TRAFFIC, ecs.READ, ecs.CHANGE),
        ),
    ),
    Row(
        "JudgeCandidate",
        30,
        (
            *(READ_TABLE, UPDATE_TABLE, START_HOOKS, SEE_ALARMS, SEE_METRICS, SEE_RULES),
            *(ecs.READ, ecs.CHANGE),
        ),
    ),
    Row("VerifyProduction", 120, (READ_TEST_SECRETS,)),
    # more memory is more CPU: the way back starts fast
    Row(
        "RestoreTraffic", 30, (UPDATE_TABLE, SEE_RULES, SEE_HEALTH, *MOVE_TRAFFIC), memory_mib=1024
    ),
    Row("VerifyRestored", 60, (UPDATE_TABLE, SEE_RULES, SEE_HEALTH)),
    Row(
        "CaptureEvidence",
        30,
        (
            *(UPDATE_TABLE, START_HOOKS, SEE_HEALTH, SEE_ALARMS, SEE_METRICS),
            *(ecs.READ, *ecs.READ_STOPPED),
        ),
    ),
    Row("Promote", 30, (READ_TABLE, UPDATE_TABLE, *COMPARE_SIDES)),
    Row(
        "WatchStandby",
        30,
        (READ_TABLE, UPDATE_TABLE, START_HOOKS, SEE_ALARMS, ecs.READ, ecs.CHANGE),
    ),
    Row(
        "RetireSide",
        30,
        (READ_TABLE, UPDATE_TABLE, SEE_RULES, SEE_METRICS, ecs.READ, ecs.CHANGE, ecs.SCALE),
    ),
)
EVENT_FUNCTIONS = (
    Row("ArtifactUploaded", 20, (START,)),
    Row("ReleaseRequested", 20, (START, SEE_DEPLOYMENTS, *READ_RELEASES, READ_TABLE)),
    Row("ImagePushed", 20, (*READ_RELEASES, PUT_RELEASES)),
    Row("RegistrationChanged", 20, (START, READ_REGISTRATIONS, READ_TABLE)),
    Row("RequesterTold", 20, (SEE_DEPLOYMENTS, UPDATE_TABLE)),
    Row("PhaseChanged", 20, (*READ_STREAM, TELL_BUS)),
    Row("AlarmChanged", 20, (UPDATE_TABLE, FAIL_WAIT)),
    Row("CandidateSteady", 20, (READ_TABLE, END_WAIT)),
    Row("RuleChanged", 20, (UPDATE_TABLE, END_WAIT)),
    Row("RecordExported", 60, (*SEE_EXECUTIONS, LIST_TABLE, READ_TABLE, PUT_DOCUMENTS)),
    # a look at 500 leases, which wait for Step Functions' own limit
    Row(
        "Guardian",
        60,
        (LIST_TABLE, READ_TABLE, UPDATE_TABLE, *SEE_EXECUTIONS, START_STANDBY, END_WAIT),
    ),
)
TAKE_ANSWER = Row("TakeAnswer", 20, (UPDATE_TABLE, END_WAIT))
# Whoever may invoke it may answer what deployments ask: it is the right to do so.
APPROVE = Row("Approve", 20, (READ_TABLE, UPDATE_TABLE, END_WAIT))
# Whoever may invoke it may control every deployment: it is the right to do so.
CONTROL = Row("Control", 60, (LIST_TABLE, READ_TABLE, UPDATE_TABLE, FAIL_WAIT, END_WAIT))
# An artifact is read whole, with the job's own credentials, and put among the releases.
PIPELINE_JOB = Row(
    "PipelineJob",
    300,
    (START, SEE_DEPLOYMENTS, *READ_RELEASES, PUT_RELEASES, READ_TABLE, ANSWER_JOBS),
)
OWNER = Row("OwnedResource", LONGEST_SECONDS, (*MAKE_ROUTES, *ecs.MAKE, *ecs.MAKE_SCALED))
WAY_BACK = ("AlarmChanged", "Control", "Guardian", "RestoreTraffic", "VerifyRestored", "RetireSide")
"""What begins a restore, and what it calls: these can be kept room for in the account."""

# The machines restore by a call of their own when the function that restores is itself broken.
MACHINES_MAY = {
    "deploy": (UPDATE_TABLE, *MOVE_TRAFFIC, *PAGE, START_STANDBY),
    "standby": (UPDATE_TABLE, *MOVE_TRAFFIC, *PAGE),
    "hook": (*CALL_HOOKS, *PAGE, TELL_BUS),
}
