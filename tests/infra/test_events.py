"""Which events start and wake a deployment, and that none is lost in silence."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from moto.events.models import EventPattern

from tests.assemblies import EDITED, Assemblies
from tests.infra.template import Assembly, Resources, Template
from viridian.core.ending import ENDINGS

RELEASE, REGISTERED = "EventsReleaseUploaded", "EventsServiceRegistered"
ALARM = "ServiceEventsAlarmChanged"
STEADY = "ServiceEventsCandidateSteady"
CHANGED = "ServiceEventsRuleChanged"
PUSHED = "ServiceEventsImagePushed"
REQUESTED = "EventsReleaseAskedFor"
CLOSED = "EventsRecordClosed"
STARTED, PUT = "EventsDeploymentStarted", "EventsManifestPut"
CRASHED = "OperatorsExecutionCrashed"
ENDED = "EventsExecutionEnded"
MINUTELY = "EventsEveryMinute"
OF_CLOUDTRAIL = "AWS API Call via CloudTrail"
OPERATORS = "<OperatorsTopic>"
ALL = ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"]
OF_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
RULES_OF_SERVICES = "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:rule/viridian-*"


@pytest.fixture(scope="module")
def rules(assembly: Assembly) -> Resources:
    return assembly.properties("Events::Rule")


def test_these_are_all_the_rules(rules: Resources) -> None:
    assert set(rules) == {
        RELEASE,
        REQUESTED,
        REGISTERED,
        ALARM,
        STEADY,
        CHANGED,
        STARTED,
        PUT,
        CLOSED,
        CRASHED,
        ENDED,
        MINUTELY,
    }
    assert {rule["State"] for rule in rules.values()} == {"ENABLED"}


def test_an_uploaded_manifest_starts_a_deployment(assembly: Assembly, rules: Resources) -> None:
    pattern = rules[RELEASE]["EventPattern"]
    bucket = pattern["detail"]["bucket"]["name"]

    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], ["Object Created"])
    assert [assembly.spell(name) for name in bucket] == ["<StorageArtifactBucket>"]
    assert pattern["detail"]["object"]["key"] == [{"suffix": "/release.json"}]
    assert "InputTransformer" not in rules[RELEASE]["Targets"][0]


def test_cloudtrail_tells_who_started_a_deployment_but_for_what_an_upload_started(
    assembly: Assembly, rules: Resources
) -> None:
    pattern = rules[STARTED]["EventPattern"]
    detail = pattern["detail"]
    [ours, nobody] = detail["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]

    assert (pattern["source"], pattern["detail-type"]) == (["aws.states"], [OF_CLOUDTRAIL])
    assert (detail["eventName"], detail["errorCode"]) == (["StartExecution"], [{"exists": False}])
    asked = detail["requestParameters"]["stateMachineArn"]
    assert [assembly.spell(arn) for arn in asked] == ["<WorkflowMachine>"]
    left_out = [assembly.spell(arn) for arn in ours["anything-but"]]
    assert left_out == ["<EventsArtifactUploadedRole.Arn>"]
    assert nobody == {"exists": False}
    paths = rules[STARTED]["Targets"][0]["InputTransformer"]["InputPathsMap"].values()
    assert "$.detail.responseElements.executionArn" in paths


def test_cloudtrail_tells_who_uploaded_a_manifest(assembly: Assembly, rules: Resources) -> None:
    pattern = rules[PUT]["EventPattern"]
    asked = pattern["detail"]["requestParameters"]

    assert (pattern["source"], pattern["detail-type"]) == (["aws.s3"], [OF_CLOUDTRAIL])
    assert [assembly.spell(name) for name in asked["bucketName"]] == ["<StorageArtifactBucket>"]
    assert asked["key"] == [{"suffix": "/release.json"}]
    paths = rules[PUT]["Targets"][0]["InputTransformer"]["InputPathsMap"].values()
    assert "$.detail.responseElements.x-amz-version-id" in paths


def test_an_event_of_one_s_own_is_a_request(rules: Resources) -> None:
    assert rules[REQUESTED]["EventPattern"] == {"detail-type": ["Viridian Release Requested"]}
    assert "InputTransformer" not in rules[REQUESTED]["Targets"][0]


def test_a_pushed_image_of_such_a_tag_is_a_release(assemblies: Assemblies) -> None:
    assembly = Assembly(assemblies.at(EDITED))
    rule = assembly.properties("Events::Rule")[PUSHED]

    assert rule["EventPattern"]["source"] == ["aws.ecr"]
    assert rule["EventPattern"]["detail"] == {
        "action-type": ["PUSH"],
        "result": ["SUCCESS"],
        "repository-name": ["shop"],
        "image-tag": [{"wildcard": "v*"}],
    }
    told = rule["Targets"][0]["InputTransformer"]
    assert told["InputPathsMap"]["detail-image-tag"] == "$.detail.image-tag"
    assert "/shop@<detail-image-digest>" in assembly.spell(told["InputTemplate"])


def test_every_alarm_of_the_service_wakes_its_deployment(
    assembly: Assembly, rules: Resources
) -> None:
    pattern = rules[ALARM]["EventPattern"]
    heard = {assembly.spell(name).strip("<>") for name in pattern["detail"]["alarmName"]}
    standing = {n for n in assembly.shop.of_type("CloudWatch::Alarm") if "DeadLetters" not in n}

    assert pattern["source"] == ["aws.cloudwatch"]
    assert pattern["detail-type"] == ["CloudWatch Alarm State Change"]
    assert pattern["detail"]["state"] == {"value": ["ALARM"]}
    assert heard == standing


def test_an_alarm_says_which_why_and_when(rules: Resources) -> None:
    assert transformed(rules[ALARM]) == {
        "service": "shop",
        "alarm": "$.detail.alarmName",
        "reason": "$.detail.state.reason",
        "state": "$.detail.state",
        "at": "$.time",
    }


def test_a_steady_fleet_wakes_its_deployment(assembly: Assembly, rules: Resources) -> None:
    pattern = rules[STEADY]["EventPattern"]

    assert (pattern["source"], pattern["detail-type"]) == (["aws.ecs"], ["ECS Service Action"])
    assert pattern["detail"] == {"eventName": ["SERVICE_STEADY_STATE"]}
    assert [assembly.spell(service) for service in pattern["resources"]] == [
        "<ServiceBlueFleetService>",
        "<ServiceGreenFleetService>",
    ]
    assert transformed(rules[STEADY]) == {"service": "shop", "ecs_service": "$.resources[0]"}


def test_a_rule_that_somebody_else_wrote_is_told_of_with_who(
    assembly: Assembly, rules: Resources
) -> None:
    detail = rules[CHANGED]["EventPattern"]["detail"]
    roles = detail["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]

    assert rules[CHANGED]["EventPattern"]["source"] == ["aws.elasticloadbalancing"]
    assert rules[CHANGED]["EventPattern"]["detail-type"] == ["AWS API Call via CloudTrail"]
    assert (detail["eventName"], detail["errorCode"]) == (["ModifyRule"], [{"exists": False}])
    [rule] = detail["requestParameters"]["ruleArn"]
    assert assembly.spell(rule) == "<ServiceRoutesProduction>"
    assert roles[1:] == [{"exists": False}]
    assert {assembly.spell(role) for role in roles[0]["anything-but"]} == {
        f"<{role}.Arn>"
        for role, rights in assembly.rights().items()
        if any(action == "elasticloadbalancing:ModifyRule" for action, _ in rights)
    }
    assert transformed(rules[CHANGED]) == {
        "service": "shop",
        "at": "$.detail.eventTime",
        "identity": "$.detail.userIdentity",
        "ip": "$.detail.sourceIPAddress",
    }


@pytest.mark.parametrize(
    ("identity", "is_told"),
    [
        ({"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/Alice"}, True),
        ({"sessionContext": {"sessionIssuer": {"arn": "arn:a-person-s-role"}}}, True),
        ({"sessionContext": {"sessionIssuer": {"arn": "<FunctionsShiftTrafficRole.Arn>"}}}, False),
        ({"sessionContext": {"sessionIssuer": {"arn": "<WorkflowRole.Arn>"}}}, False),
    ],
    ids=["a user", "a role", "our function", "our machine"],
)
def test_what_viridian_writes_itself_is_not_told_of(
    assembly: Assembly, rules: Resources, identity: dict[str, Any], is_told: bool
) -> None:
    """By the matcher of moto, which follows EventBridge's."""
    detail = rules[CHANGED]["EventPattern"]["detail"]
    [ours, others] = detail["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
    named = {"anything-but": [assembly.spell(role) for role in ours["anything-but"]]}
    issuer = {"sessionContext": {"sessionIssuer": {"arn": [named, others]}}}
    pattern = {"detail": {"errorCode": detail["errorCode"], "userIdentity": issuer}}

    def is_matched(**detail: Any) -> bool:
        event: Any = {"detail": {"userIdentity": identity, **detail}}
        return EventPattern.load(json.dumps(pattern)).matches_event(event)

    assert is_matched() == is_told
    assert not is_matched(errorCode="AccessDenied")


@pytest.mark.parametrize(
    ("name", "function", "queue"),
    [
        (RELEASE, "ArtifactUploaded", "<EventsArtifactUploadedDeadLettersQueue.Arn>"),
        (REQUESTED, "ReleaseRequested", "<EventsReleaseRequestedDeadLettersQueue.Arn>"),
        (REGISTERED, "RegistrationChanged", "<EventsRegistrationChangedDeadLettersQueue.Arn>"),
        (ALARM, "AlarmChanged", "<ServiceDeadLettersQueue.Arn>"),
        (STEADY, "CandidateSteady", "<ServiceDeadLettersQueue.Arn>"),
        (CHANGED, "RuleChanged", "<ServiceDeadLettersQueue.Arn>"),
        (CLOSED, "RecordExported", "<EventsRecordExportedDeadLettersQueue.Arn>"),
        (STARTED, "RequesterTold", "<EventsRequesterToldDeadLettersQueue.Arn>"),
        (PUT, "RequesterTold", "<EventsRequesterToldDeadLettersQueue.Arn>"),
        (ENDED, "Guardian", "<EventsGuardianDeadLettersQueue.Arn>"),
        (MINUTELY, "Guardian", "<EventsGuardianDeadLettersQueue.Arn>"),
    ],
)
def test_an_event_is_handed_over_for_an_hour_and_then_kept(
    assembly: Assembly, rules: Resources, name: str, function: str, queue: str
) -> None:
    [target] = rules[name]["Targets"]

    assert assembly.spell(target["Arn"]) == f"<Events{function}Function.Arn>"
    assert assembly.spell(target["DeadLetterConfig"]["Arn"]) == queue
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 60}


def test_a_rule_may_call_its_function_and_fill_its_queue(
    assembly: Assembly, rules: Resources
) -> None:
    calls = {
        (assembly.spell(p["SourceArn"]), assembly.spell(p["FunctionName"]))
        for p in assembly.viridian.properties("Lambda::Permission").values()
    }
    fills = [
        assembly.spell(s["Condition"]["ArnEquals"]["aws:SourceArn"])
        for policy in assembly.properties("SQS::QueuePolicy").values()
        for s in policy["PolicyDocument"]["Statement"]
        if s["Effect"] == "Allow"
    ]

    assert calls == {
        (f"<{RELEASE}.Arn>", "<EventsArtifactUploadedFunction.Arn>"),
        (f"<{REQUESTED}.Arn>", "<EventsReleaseRequestedFunction.Arn>"),
        (f"<{REGISTERED}.Arn>", "<EventsRegistrationChangedFunction.Arn>"),
        (f"<{CLOSED}.Arn>", "<EventsRecordExportedFunction.Arn>"),
        (f"<{STARTED}.Arn>", "<EventsRequesterToldFunction.Arn>"),
        (f"<{PUT}.Arn>", "<EventsRequesterToldFunction.Arn>"),
        (f"<{ENDED}.Arn>", "<EventsGuardianFunction.Arn>"),
        (f"<{MINUTELY}.Arn>", "<EventsGuardianFunction.Arn>"),
        (RULES_OF_SERVICES, "<EventsAlarmChangedFunction.Arn>"),
        (RULES_OF_SERVICES, "<EventsCandidateSteadyFunction.Arn>"),
        (RULES_OF_SERVICES, "<EventsRuleChangedFunction.Arn>"),
        (RULES_OF_SERVICES, "<EventsImagePushedFunction.Arn>"),
    }
    assert rules[ALARM]["Name"] == "viridian-shop-AlarmChanged"
    assert rules[STEADY]["Name"] == "viridian-shop-CandidateSteady"
    assert rules[CHANGED]["Name"] == "viridian-shop-RuleChanged"
    assert sorted(fills) == sorted(f"<{name}.Arn>" for name in set(rules) - {CRASHED})


def test_a_kept_event_tells_the_operators(assembly: Assembly) -> None:
    for queue in assembly.properties("SQS::Queue"):
        alarm = assembly.properties("CloudWatch::Alarm")[queue.replace("Queue", "NotEmpty")]
        assert [assembly.spell(action) for action in alarm["AlarmActions"]] == [OPERATORS]
        assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert alarm["Threshold"] == 0
        assert [assembly.spell(d["Value"]) for d in alarm["Dimensions"]] == [f"<{queue}.QueueName>"]


def test_kept_events_are_encrypted_and_stay_two_weeks(assembly: Assembly) -> None:
    queues = assembly.properties("SQS::Queue").values()

    assert len(queues) == 12
    assert {q["MessageRetentionPeriod"] for q in queues} == {14 * 24 * 3600}
    assert {q["SqsManagedSseEnabled"] for q in queues} == {True}


@pytest.mark.parametrize(("name", "statuses"), [(CRASHED, ALL[:3]), (ENDED, ALL), (CLOSED, ALL)])
def test_an_execution_that_ended_is_told_of(
    assembly: Assembly, rules: Resources, name: str, statuses: list[str]
) -> None:
    """The guardian hears of all: that one ended well may be missing in its record."""
    pattern = rules[name]["EventPattern"]

    assert pattern["source"] == ["aws.states"]
    assert pattern["detail-type"] == ["Step Functions Execution Status Change"]
    assert [assembly.spell(arn) for arn in pattern["detail"]["stateMachineArn"]] == [
        "<WorkflowMachine>",
        "<StandbyMachine>",
    ]
    assert pattern["detail"]["status"] == statuses


def test_what_is_no_ending_could_not_be_told_by_the_machine_itself(
    assembly: Assembly, rules: Resources
) -> None:
    [target] = rules[CRASHED]["Targets"]

    assert assembly.spell(target["Arn"]) == OPERATORS
    errors = rules[CRASHED]["EventPattern"]["detail"]["error"]
    assert errors == [{"anything-but": list(ENDINGS)}, {"exists": False}, None]


def test_what_deployments_write_is_told_in_its_order_and_kept_where_it_cannot_be(
    assembly: Assembly,
) -> None:
    [mapping] = assembly.viridian.properties("Lambda::EventSourceMapping").values()
    patterns = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]
    queue = mapping["DestinationConfig"]["OnFailure"]["Destination"]

    assert assembly.spell(mapping["EventSourceArn"]) == "<StorageTable.StreamArn>"
    assert assembly.spell(mapping["FunctionName"]) == "<EventsPhaseChangedFunction>"
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert assembly.spell(queue) == "<EventsPhaseChangedDeadLettersQueue.Arn>"
    assert (mapping["MaximumRecordAgeInSeconds"], mapping["BisectBatchOnFunctionError"]) == (
        3600,
        True,
    )
    assert [pattern["dynamodb"]["Keys"] for pattern in patterns] == [
        {"pk": {"S": [{"prefix": "SERVICE#"}]}, "sk": {"S": [{"prefix": "DEPLOYMENT#"}]}},
        {"pk": {"S": [{"prefix": "DEPLOYMENT#"}]}},
    ]
    [table] = assembly.viridian.properties("DynamoDB::Table").values()
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_guardian_looks_when_it_is_told_and_every_minute(rules: Resources) -> None:
    assert transformed(rules[ENDED]) == {
        "execution": "$.detail.name",
        "machine": "$.detail.stateMachineArn",
        "at": "$.time",
    }
    assert transformed(rules[MINUTELY]) == {"at": "$.time"}
    assert rules[MINUTELY]["ScheduleExpression"] == "rate(1 minute)"


@pytest.mark.parametrize(
    ("name", "metric", "of"),
    [
        ("DeploymentStopped", "ExecutionsAborted", "<WorkflowMachine>"),
        ("DeploymentTimedOut", "ExecutionsTimedOut", "<WorkflowMachine>"),
        ("StandbyStopped", "ExecutionsAborted", "<StandbyMachine>"),
        ("StandbyTimedOut", "ExecutionsTimedOut", "<StandbyMachine>"),
        ("GuardianFailed", "Errors", "<EventsGuardianFunction>"),
        ("DeploymentHeld", "DeploymentsHeldByChange", "viridian"),
    ],
)
def test_what_must_not_happen_pages_the_operators_within_a_minute(
    assembly: Assembly, name: str, metric: str, of: str
) -> None:
    """One alarm a metric: over several, a sum has no value where one of them has no point."""
    alarm = assembly.viridian.properties("CloudWatch::Alarm")[f"Operators{name}"]

    assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == (metric, "Sum", 60)
    assert [assembly.spell(d["Value"]) for d in alarm["Dimensions"]] == [of]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")
    assert [assembly.spell(action) for action in alarm["AlarmActions"]] == [OPERATORS]


def test_a_guardian_that_is_not_called_any_more_pages_the_operators(assembly: Assembly) -> None:
    alarm = assembly.viridian.properties("CloudWatch::Alarm")["OperatorsGuardianSilent"]

    assert (alarm["MetricName"], alarm["Statistic"], alarm["Period"]) == ("Invocations", "Sum", 60)
    assert [assembly.spell(d["Value"]) for d in alarm["Dimensions"]] == ["<EventsGuardianFunction>"]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (5, "breaching")
    assert [assembly.spell(action) for action in alarm["AlarmActions"]] == [OPERATORS]


def test_alarms_and_rules_may_publish_to_the_operators(assembly: Assembly) -> None:
    statements = topic_statements(assembly.viridian)

    assert by_service(s for s in statements if s["Effect"] == "Allow") == {
        "cloudwatch.amazonaws.com": ("sns:Publish", OF_THIS_ACCOUNT),
        "events.amazonaws.com": ("sns:Publish", None),
    }
    assert [s["Condition"] for s in statements if s["Effect"] == "Deny"] == [
        {"Bool": {"aws:SecureTransport": "false"}}
    ]


def test_whoever_may_publish_may_use_the_topics_key(assembly: Assembly) -> None:
    """AWS supports no condition there on the source of an event: with one no event would come."""
    [topic] = assembly.viridian.properties("SNS::Topic").values()
    key = assembly.viridian.properties("KMS::Key")["OperatorsKey"]
    account, *services = key["KeyPolicy"]["Statement"]

    assert assembly.spell(topic["KmsMasterKeyId"]) == "<OperatorsKey.Arn>"
    assert key["EnableKeyRotation"] is True
    assert by_service(services) == {
        "cloudwatch.amazonaws.com": (["kms:Decrypt", "kms:GenerateDataKey*"], OF_THIS_ACCOUNT),
        "events.amazonaws.com": (["kms:Decrypt", "kms:GenerateDataKey*"], None),
    }
    assert account["Action"] == "kms:*", "so that policies of roles count"
    assert assembly.spell(account["Principal"]["AWS"]).endswith(":<AWS::AccountId>:root")


def by_service(statements: Iterable[dict[str, Any]]) -> dict[str, tuple[Any, Any]]:
    """What each service may do, and on which condition."""
    return {s["Principal"]["Service"]: (s["Action"], s.get("Condition")) for s in statements}


def topic_statements(template: Template) -> list[dict[str, Any]]:
    [policy] = template.properties("SNS::TopicPolicy").values()
    return list(policy["PolicyDocument"]["Statement"])


def transformed(rule: dict[str, Any]) -> dict[str, str]:
    """What the function gets, each taken value as its path in the event."""
    [target] = rule["Targets"]
    template = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        template = template.replace(f"<{name}>", json.dumps(path))
    return dict(json.loads(template))
