"""Who may do what: every role of both stacks, every action, resource and condition, no other."""

from tests.infra.template import Assembly

TABLE = "<StorageTable.Arn>"
STREAM = "<StorageTable.StreamArn>"
BUCKET = "<StorageArtifactBucket.Arn>"
MACHINE = "<WorkflowMachine>"
PAGES_KEY = "<OperatorsKey.Arn>"
HERE = "<AWS::Region>:<AWS::AccountId>"
REGISTRATIONS = f"arn:<AWS::Partition>:ssm:{HERE}:parameter/viridian/services/*"
MANAGED = "if aws:ResourceTag/viridian:managed is true"
RULES = f"arn:<AWS::Partition>:elasticloadbalancing:{HERE}:listener-rule/app/* {MANAGED}"
SERVICES = f"arn:<AWS::Partition>:ecs:{HERE}:service/* {MANAGED}"
TAGGED_DEFINITIONS = "* if aws:RequestTag/viridian:managed is true"
NEW_DEFINITIONS = (
    f"arn:<AWS::Partition>:ecs:{HERE}:task-definition/* "
    "if ecs:CreateAction is RegisterTaskDefinition"
)
TASK_ROLES = (
    "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/viridian/* "
    "if iam:PassedToService is ecs-tasks.amazonaws.com"
)
ELB = f"arn:<AWS::Partition>:elasticloadbalancing:{HERE}"
ECS = f"arn:<AWS::Partition>:ecs:{HERE}"
TO_BE_MANAGED = " if aws:RequestTag/viridian:managed is true"
TARGET_GROUPS = f"{ELB}:targetgroup/* {MANAGED}"
REPOSITORY = f"arn:<AWS::Partition>:ecr:{HERE}:repository/shop"

Rights = dict[str, tuple[str, ...]]

SEE_RULES: Rights = {"elasticloadbalancing:DescribeRules": ("*",)}
SEE_HEALTH: Rights = {"elasticloadbalancing:DescribeTargetHealth": ("*",)}
SEE_ALARMS: Rights = {"cloudwatch:DescribeAlarms": ("*",)}
SEE_METRICS: Rights = {"cloudwatch:GetMetricData": ("*",)}
SEE_FLEETS: Rights = {"ecs:DescribeServices": (SERVICES,)}
CHANGE_FLEETS: Rights = SEE_FLEETS | {"ecs:UpdateService": (SERVICES,)}
COMPARE_SIDES: Rights = SEE_FLEETS | {
    "elasticloadbalancing:DescribeTargetGroups": ("*",),
    "elasticloadbalancing:DescribeTargetGroupAttributes": ("*",),
}
READ_ITEM: Rights = {"dynamodb:GetItem": (TABLE,)}
UPDATE_ITEM: Rights = {"dynamodb:UpdateItem": (TABLE,)}
MODIFY_RULE: Rights = {
    "elasticloadbalancing:ModifyRule": (RULES,),
    "cognito-idp:DescribeUserPoolClient": (
        f"arn:<AWS::Partition>:cognito-idp:{HERE}:userpool/* {MANAGED}",
    ),
}
PAGE: Rights = {
    "sns:Publish": ("<OperatorsTopic>",),
    "kms:Decrypt": (PAGES_KEY,),
    "kms:GenerateDataKey": (PAGES_KEY,),
}
MOVE_TRAFFIC: Rights = UPDATE_ITEM | SEE_RULES | SEE_HEALTH | MODIFY_RULE

REGISTER: Rights = {
    "ecs:DescribeTaskDefinition": ("*",),
    "ecs:RegisterTaskDefinition": (TAGGED_DEFINITIONS,),
    "ecs:TagResource": (NEW_DEFINITIONS,),
    "iam:PassRole": (TASK_ROLES,),
}
LINKED_ROLE = (
    "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/aws-service-role/"
    "ecs.application-autoscaling.amazonaws.com/* "
    "if iam:AWSServiceName is ecs.application-autoscaling.amazonaws.com"
)
OF_ECS = " if application-autoscaling:service-namespace is ecs"
SCALE: Rights = {"application-autoscaling:RegisterScalableTarget": (f"*{OF_ECS}",)}
OWNER: Rights = (
    REGISTER
    | SCALE
    | SEE_RULES
    | SEE_FLEETS
    | {
        "application-autoscaling:DeregisterScalableTarget": (f"*{OF_ECS}",),
        "application-autoscaling:DescribeScalableTargets": ("*",),
        "iam:CreateServiceLinkedRole": (LINKED_ROLE,),
        "elasticloadbalancing:DescribeTargetGroups": ("*",),
        "elasticloadbalancing:CreateTargetGroup": (f"{ELB}:targetgroup/*{TO_BE_MANAGED}",),
        "elasticloadbalancing:CreateRule": (f"{ELB}:listener/app/*{TO_BE_MANAGED}",),
        "elasticloadbalancing:AddTags": (
            f"{ELB}:targetgroup/* if elasticloadbalancing:CreateAction is CreateTargetGroup",
            f"{ELB}:listener-rule/app/* if elasticloadbalancing:CreateAction is CreateRule",
            TARGET_GROUPS,
            RULES,
        ),
        "elasticloadbalancing:RemoveTags": (TARGET_GROUPS, RULES),
        "elasticloadbalancing:ModifyTargetGroupAttributes": (TARGET_GROUPS,),
        "elasticloadbalancing:DeleteTargetGroup": (TARGET_GROUPS,),
        "elasticloadbalancing:ModifyRule": (RULES,),
        "elasticloadbalancing:SetRulePriorities": (RULES,),
        "elasticloadbalancing:DeleteRule": (RULES,),
        "ecs:CreateService": (f"{ECS}:service/*{TO_BE_MANAGED}",),
        "ecs:DeleteService": (SERVICES,),
        "ecs:TagResource": (
            NEW_DEFINITIONS,
            f"{ECS}:service/* if ecs:CreateAction is CreateService",
            SERVICES,
        ),
        "ecs:UntagResource": (SERVICES,),
    }
)

SEE_STOPPED: Rights = {
    "ecs:ListTasks": ("*",),
    "ecs:DescribeTaskDefinition": ("*",),
    "ecs:DescribeTasks": (f"arn:<AWS::Partition>:ecs:{HERE}:task/*",),
    "logs:GetLogEvents": (f"arn:<AWS::Partition>:logs:{HERE}:log-group:* {MANAGED}",),
}
READ_TEST_SECRETS: Rights = {
    "secretsmanager:GetSecretValue": (
        f"arn:<AWS::Partition>:secretsmanager:{HERE}:secret:viridian/test/*",
    ),
}
READ_RELEASES: Rights = {
    "s3:GetObject": (f"{BUCKET}/*",),
    "s3:GetObjectVersion": (f"{BUCKET}/*",),
    "s3:ListBucket": (BUCKET,),
    "s3:ListBucketVersions": (BUCKET,),
}
PUT_RELEASES: Rights = {"s3:PutObject": (f"{BUCKET}/*",)}
ASK: Rights = UPDATE_ITEM | {"states:StartExecution": ("<HookMachine>",)}
"""Of hooks and people: kept in the lease, then the hook machine is started."""
STATE_FUNCTIONS: dict[str, Rights] = {
    "AdmitRequest": READ_ITEM
    | UPDATE_ITEM
    | READ_RELEASES
    | {
        "dynamodb:Query": (TABLE,),
        "ssm:GetParameter": (REGISTRATIONS,),
        "ecr:BatchGetImage": (f"arn:<AWS::Partition>:ecr:{HERE}:repository/*",),
        "ecr:DescribePullThroughCacheRules": ("*",),
        "ecs:DescribeTaskDefinition": ("*",),
    },
    "AcquireLease": READ_ITEM
    | UPDATE_ITEM
    | {"states:SendTaskSuccess": ("*",), "states:SendTaskFailure": ("*",)},
    "InspectLive": UPDATE_ITEM
    | READ_ITEM
    | SEE_RULES
    | SEE_HEALTH
    | SEE_ALARMS
    | SEE_METRICS
    | COMPARE_SIDES
    | {"ecs:DescribeTaskDefinition": ("*",), "servicequotas:GetServiceQuota": ("*",)},
    "PrepareCandidate": READ_ITEM
    | ASK
    | SCALE
    | SEE_RULES
    | CHANGE_FLEETS
    | REGISTER
    | {
        "elasticloadbalancing:DescribeTargetGroups": ("*",),
        "elasticloadbalancing:ModifyTargetGroup": (TARGET_GROUPS,),
        "elasticloadbalancing:ModifyTargetGroupAttributes": (TARGET_GROUPS,),
    },
    "CheckCandidate": READ_ITEM | SEE_HEALTH | SEE_ALARMS | SEE_FLEETS | SEE_STOPPED,
    "CaptureEvidence": ASK | SEE_HEALTH | SEE_ALARMS | SEE_METRICS | SEE_FLEETS | SEE_STOPPED,
    "WarmCandidate": READ_TEST_SECRETS,
    "SmokeTest": READ_TEST_SECRETS,
    "ShiftTraffic": READ_ITEM | ASK | MOVE_TRAFFIC | SEE_ALARMS | CHANGE_FLEETS,
    "JudgeCandidate": READ_ITEM | ASK | CHANGE_FLEETS | SEE_ALARMS | SEE_METRICS | SEE_RULES,
    "VerifyProduction": READ_TEST_SECRETS,
    "RestoreTraffic": MOVE_TRAFFIC,
    "VerifyRestored": UPDATE_ITEM | SEE_RULES | SEE_HEALTH,
    "Promote": READ_ITEM | UPDATE_ITEM | COMPARE_SIDES,
    "WatchStandby": READ_ITEM | ASK | SEE_ALARMS | CHANGE_FLEETS,
    "RetireSide": READ_ITEM | UPDATE_ITEM | SEE_RULES | SEE_METRICS | CHANGE_FLEETS | SCALE,
}
EVENT_FUNCTIONS: dict[str, Rights] = {
    "ArtifactUploaded": {"states:StartExecution": (MACHINE,)},
    "ReleaseRequested": READ_ITEM
    | READ_RELEASES
    | {
        "states:StartExecution": (MACHINE,),
        "states:DescribeExecution": (
            f"arn:<AWS::Partition>:states:{HERE}:execution:<WorkflowMachine.Name>:*",
        ),
    },
    "ImagePushed": READ_RELEASES | PUT_RELEASES,
    "RegistrationChanged": READ_ITEM
    | {"states:StartExecution": (MACHINE,), "ssm:GetParameter": (REGISTRATIONS,)},
    "RecordExported": READ_ITEM
    | {
        "dynamodb:Query": (TABLE,),
        "s3:PutObject": (f"{BUCKET}/deployments/*",),
        "states:DescribeExecution": tuple(
            f"arn:<AWS::Partition>:states:{HERE}:execution:<{machine}Machine.Name>:*"
            for machine in ("Workflow", "Standby")
        ),
    },
    "RequesterTold": UPDATE_ITEM
    | {
        "states:DescribeExecution": (
            f"arn:<AWS::Partition>:states:{HERE}:execution:<WorkflowMachine.Name>:*",
        ),
    },
    "PhaseChanged": {
        "dynamodb:DescribeStream": (STREAM,),
        "dynamodb:GetRecords": (STREAM,),
        "dynamodb:GetShardIterator": (STREAM,),
        "dynamodb:ListStreams": ("*",),
        "events:PutEvents": (f"arn:<AWS::Partition>:events:{HERE}:event-bus/default",),
        **dict.fromkeys(
            ("sqs:GetQueueAttributes", "sqs:GetQueueUrl"),
            ("<EventsPhaseChangedDeadLettersQueue.Arn>",),
        ),
    },
    "AlarmChanged": UPDATE_ITEM | {"states:SendTaskFailure": ("*",)},
    "CandidateSteady": READ_ITEM | {"states:SendTaskSuccess": ("*",)},
    "RuleChanged": UPDATE_ITEM | {"states:SendTaskSuccess": ("*",)},
    "Guardian": READ_ITEM
    | UPDATE_ITEM
    | {
        "dynamodb:Query": (TABLE,),
        "states:DescribeExecution": tuple(
            f"arn:<AWS::Partition>:states:{HERE}:execution:<{machine}Machine.Name>:*"
            for machine in ("Workflow", "Standby")
        ),
        "states:StartExecution": ("<StandbyMachine>",),
        "states:SendTaskSuccess": ("*",),
    },
}
PIPELINE_JOB: Rights = (
    READ_ITEM
    | READ_RELEASES
    | PUT_RELEASES
    | {
        "states:StartExecution": (MACHINE,),
        "states:DescribeExecution": (
            f"arn:<AWS::Partition>:states:{HERE}:execution:<WorkflowMachine.Name>:*",
        ),
        "codepipeline:PutJobSuccessResult": ("*",),
        "codepipeline:PutJobFailureResult": ("*",),
    }
)
CONTROL: Rights = (
    READ_ITEM
    | UPDATE_ITEM
    | {
        "dynamodb:Query": (TABLE,),
        "states:SendTaskSuccess": ("*",),
        "states:SendTaskFailure": ("*",),
    }
)
TAKE_ANSWER: Rights = UPDATE_ITEM | {"states:SendTaskSuccess": ("*",)}
APPROVE: Rights = READ_ITEM | TAKE_ANSWER
HOOK = "viridian-hook-*"
STATES, EVENTS = (f"arn:<AWS::Partition>:{each}:{HERE}" for each in ("states", "events"))
SECRETS = f"arn:<AWS::Partition>:secretsmanager:{HERE}:secret:events!connection/{HOOK}"
NESTED = f"{EVENTS}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
CALL_HOOKS: Rights = {
    "lambda:InvokeFunction": (
        f"arn:<AWS::Partition>:lambda:{HERE}:function:{HOOK}",
        "<HooksTakeAnswerFunction.Arn>:*",
    ),
    "states:StartExecution": (f"{STATES}:stateMachine:{HOOK}",),
    "states:DescribeExecution": (f"{STATES}:execution:{HOOK}",),
    "states:StopExecution": (f"{STATES}:execution:{HOOK}",),
    "events:PutTargets": (NESTED,),
    "events:PutRule": (NESTED,),
    "events:DescribeRule": (NESTED,),
    "states:InvokeHTTPEndpoint": (f"{STATES}:stateMachine:* if states:HTTPMethod is POST",),
    "events:RetrieveConnectionCredentials": (f"{EVENTS}:connection/{HOOK}",),
    "secretsmanager:GetSecretValue": (SECRETS,),
    "secretsmanager:DescribeSecret": (SECRETS,),
    "events:PutEvents": (f"{EVENTS}:event-bus/default",),
}
TRACES: Rights = {"xray:PutTraceSegments": ("*",), "xray:PutTelemetryRecords": ("*",)}
ON_THE_WAY_BACK = ("RestoreTraffic", "VerifyRestored", "RetireSide")
MACHINE_LOGS: Rights = {
    "xray:GetSamplingRules": ("*",),
    "xray:GetSamplingTargets": ("*",),
    "logs:CreateLogDelivery": ("*",),
    "logs:DeleteLogDelivery": ("*",),
    "logs:DescribeLogGroups": ("*",),
    "logs:DescribeResourcePolicies": ("*",),
    "logs:GetLogDelivery": ("*",),
    "logs:ListLogDeliveries": ("*",),
    "logs:PutResourcePolicy": ("*",),
    "logs:UpdateLogDelivery": ("*",),
} | TRACES
TASK: Rights = {
    "s3:GetObject": (f"{BUCKET}/shop/*",),
    "s3:GetObjectVersion": (f"{BUCKET}/shop/*",),
}
TASK_EXECUTION: Rights = {
    "logs:CreateLogStream": ("<TaskLogs.Arn>",),
    "logs:PutLogEvents": ("<TaskLogs.Arn>",),
    "ecr:GetAuthorizationToken": ("*",),
    "ecr:BatchCheckLayerAvailability": (REPOSITORY,),
    "ecr:BatchGetImage": (REPOSITORY,),
    "ecr:GetDownloadUrlForLayer": (REPOSITORY,),
}


def own_logs(function: str) -> Rights:
    logs = f"<{function}Logs.Arn>"
    return {"logs:CreateLogStream": (logs,), "logs:PutLogEvents": (logs,)}


def of_machine(*functions: str) -> Rights:
    """What a machine calls, what it writes itself, and how it tells of it."""
    versions = tuple(f"<Functions{name}Function.Arn>:*" for name in functions)
    return {"lambda:InvokeFunction": versions} | UPDATE_ITEM | MODIFY_RULE | PAGE | MACHINE_LOGS


def wanted() -> dict[str, Rights]:
    """Every role by its name; a function's own is what the tables say, its logs and traces."""
    deploys = [name for name in STATE_FUNCTIONS if name != "WatchStandby"]
    roles = {
        "ResourcesOwnedResourceRole": OWNER | own_logs("ResourcesOwnedResource") | TRACES,
        "ControlsControlRole": CONTROL | own_logs("ControlsControl") | TRACES,
        "PipelinesPipelineJobRole": PIPELINE_JOB | own_logs("PipelinesPipelineJob") | TRACES,
        "WorkflowRole": of_machine(*deploys) | {"states:StartExecution": ("<StandbyMachine>",)},
        "StandbyRole": of_machine("WatchStandby", "CaptureEvidence", *ON_THE_WAY_BACK),
        "ControlsApproveRole": APPROVE | own_logs("ControlsApprove") | TRACES,
        "HooksTakeAnswerRole": TAKE_ANSWER | own_logs("HooksTakeAnswer") | TRACES,
        "HookRole": CALL_HOOKS | PAGE | MACHINE_LOGS,
        "LoadTestRole": own_logs("LoadTest"),
        "TaskTaskRole": TASK,
        "TaskExecutionRole": TASK_EXECUTION,
    }
    for name, rights in STATE_FUNCTIONS.items():
        function = f"Functions{name}"
        roles[f"{function}Role"] = rights | own_logs(function) | TRACES
    for name, rights in EVENT_FUNCTIONS.items():
        function = f"Events{name}"
        dead_letters: Rights = {"sqs:SendMessage": (f"<{function}DeadLettersQueue.Arn>",)}
        roles[f"{function}Role"] = rights | dead_letters | own_logs(function) | TRACES
    return roles


def test_each_role_may_do_what_the_table_says_and_nothing_else(assembly: Assembly) -> None:
    assert assembly.rights() == {
        role: {(action, resource) for action, on in rights.items() for resource in on}
        for role, rights in wanted().items()
    }


def test_whoever_may_invoke_one_function_controls_and_nobody_else_of_ours_may(
    assembly: Assembly,
) -> None:
    rights = {right for of_role in assembly.rights().values() for right in of_role}
    permissions = assembly.properties("Lambda::Permission").values()

    assert not [on for action, on in rights if "Invoke" in action and "Controls" in on]
    assert not [p for p in permissions if "Controls" in assembly.spell(p["FunctionName"])]


def test_nobody_may_silence_or_forge_an_alarm(assembly: Assembly) -> None:
    actions = {action for rights in assembly.rights().values() for action, _ in rights}

    assert not [action for action in actions if "*" in action]
    assert not actions & {"cloudwatch:SetAlarmState", "cloudwatch:DeleteAlarms"}


def test_no_role_has_a_policy_that_aws_or_somebody_else_may_widen(assembly: Assembly) -> None:
    roles = assembly.properties("IAM::Role").values()

    assert roles
    assert not [role for role in roles if "ManagedPolicyArns" in role or "Policies" in role]
