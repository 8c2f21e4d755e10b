"""One function for each behaviour: its name is what is reported when it fails."""

import io
import json
import zipfile
from typing import Any

import boto3

from rehearsal.emulator import environment
from rehearsal.emulator.repairs import iam, lambda_
from rehearsal.emulator.selfcheck.machine import waiting_machine
from rehearsal.emulator.selfcheck.subject import NAME, Subject, eventually, expect, status_of

ROLE = f"arn:aws:iam::{environment.ACCOUNT}:role/{NAME}"
FAILING = """
class Reverted(Exception):
    pass

def handler(event, context):
    raise Reverted("on purpose")
"""


def weights_are_kept(subject: Subject) -> None:
    expect(subject.weights(), [90, 10])
    expect(subject.dns_name, "127.0.0.1")


def listeners_answer(subject: Subject) -> None:
    expect(status_of(subject.port, "/"), 404)
    expect(status_of(subject.port, "/app"), 503)


def targets_are_keyed_by_port(subject: Subject) -> None:
    elbv2 = subject.client("elbv2")
    wanted = [{"Id": "127.0.0.1", "Port": 1}, {"Id": "127.0.0.1", "Port": 2}]
    elbv2.register_targets(TargetGroupArn=subject.groups[0], Targets=wanted)
    found = elbv2.describe_target_health(TargetGroupArn=subject.groups[0])
    states = [t["TargetHealth"]["State"] for t in found["TargetHealthDescriptions"]]
    expect(states, ["initial", "initial"])


def function_errors_have_names(subject: Subject) -> None:
    functions = subject.client("lambda")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", FAILING)
    functions.create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Handler="app.handler",
        Role=ROLE,
        Code={"ZipFile": code.getvalue()},
    )
    answer = functions.invoke(FunctionName=NAME, Payload=b"{}")
    expect(json.load(answer["Payload"])["errorType"], "Reverted")


def state_machines_wait_and_write_rules(subject: Subject) -> None:
    states, ssm = subject.client("stepfunctions"), subject.client("ssm")
    machine = states.create_state_machine(
        name=NAME, roleArn=ROLE, definition=json.dumps(waiting_machine(subject))
    )["stateMachineArn"]
    request = {"stateMachineArn": machine, "name": NAME, "input": '{"seconds": 60}'}
    execution = states.start_execution(**request)["executionArn"]
    token = eventually(lambda: ssm.get_parameters(Names=[f"/{NAME}"])["Parameters"])[0]["Value"]
    expect(states.start_execution(**request)["executionArn"], execution)
    states.send_task_failure(taskToken=token, error="Breach")
    found = eventually(lambda: _ended(states, execution))
    expect(json.loads(found.get("output", "null")), {"caught": "Breach"})
    expect(subject.weights(), [100, 0])


def alarms_keep_metric_math_and_send_events(subject: Subject) -> None:
    alarms, queues = subject.client("cloudwatch"), subject.client("sqs")
    events = subject.client("events")
    metric = {"Namespace": NAME, "MetricName": "m"}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    alarms.put_metric_alarm(
        AlarmName=NAME,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        Metrics=[
            {"Id": "e", "Expression": "FILL(m, 0)"},
            {"Id": "m", "MetricStat": stat, "ReturnData": False},
        ],
    )
    alarm = alarms.describe_alarms(AlarmNames=[NAME])["MetricAlarms"][0]
    expect([query["Id"] for query in alarm["Metrics"]], ["e", "m"])
    queue = queues.create_queue(QueueName=NAME)["QueueUrl"]
    events.put_rule(Name=NAME, EventPattern='{"source": ["aws.cloudwatch"]}')
    target = {"Id": "queue", "Arn": f"arn:aws:sqs:us-east-1:{environment.ACCOUNT}:{NAME}"}
    events.put_targets(Rule=NAME, Targets=[target])
    alarms.set_alarm_state(AlarmName=NAME, StateValue="ALARM", StateReason="on purpose")
    message = eventually(lambda: queues.receive_message(QueueUrl=queue).get("Messages"))[0]
    expect(json.loads(message["Body"])["detail"]["alarmName"], NAME)


def uploads_are_announced_with_their_version(subject: Subject) -> None:
    storage, events, queues = (subject.client(name) for name in ("s3", "events", "sqs"))
    storage.create_bucket(Bucket=NAME)
    storage.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
    storage.put_bucket_notification_configuration(
        Bucket=NAME, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    queue = queues.create_queue(QueueName=f"{NAME}-uploads")["QueueUrl"]
    events.put_rule(Name=f"{NAME}-uploads", EventPattern='{"source": ["aws.s3"]}')
    transformer = {
        "InputPathsMap": {"bucket": "$.resources[0]", "version": "$.detail.object.version-id"},
        "InputTemplate": '{"bucket": <bucket>, "version": <version>}',
    }
    arn = f"arn:aws:sqs:us-east-1:{environment.ACCOUNT}:{NAME}-uploads"
    target = {"Id": "queue", "Arn": arn, "InputTransformer": transformer}
    events.put_targets(Rule=f"{NAME}-uploads", Targets=[target])
    version = storage.put_object(Bucket=NAME, Key="a", Body=b"")["VersionId"]
    message = eventually(lambda: queues.receive_message(QueueUrl=queue).get("Messages"))[0]
    expect(json.loads(message["Body"]), {"bucket": f"arn:aws:s3:::{NAME}", "version": version})


def refused_resources_fail_their_stack(subject: Subject) -> None:
    formation = subject.client("cloudformation")
    machine = {"RoleArn": ROLE, "DefinitionString": "{"}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine}
    template = json.dumps({"Resources": {"Machine": resource}})
    formation.create_stack(StackName=NAME, TemplateBody=template)
    found = eventually(lambda: _settled(formation))
    expect(found["StackStatus"], "ROLLBACK_COMPLETE")


def roles_are_enforced_on_the_rule(subject: Subject) -> None:
    roles = subject.client("iam")
    roles.create_role(RoleName=NAME, AssumeRolePolicyDocument='{"Statement": []}')
    allowed = {
        "Effect": "Allow",
        "Action": "elasticloadbalancing:ModifyRule",
        "Resource": subject.rule,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    roles.put_role_policy(RoleName=NAME, PolicyName=NAME, PolicyDocument=document)
    credentials = lambda_.role_credentials({"Role": ROLE, "FunctionName": NAME})
    keys: Any = {name.lower(): value for name, value in credentials.items()}
    elbv2: Any = boto3.client("elbv2", **keys)
    iam.enforce(True)
    elbv2.modify_rule(RuleArn=subject.rule, Actions=[subject.forward(50, 50)])
    try:
        elbv2.describe_rules(RuleArns=[subject.rule])
    except elbv2.exceptions.ClientError as refusal:
        expect(refusal.response["Error"]["Code"], "AccessDenied")
    else:
        raise AssertionError("a call that no policy allows was answered")


CHECKS = (
    weights_are_kept,
    listeners_answer,
    targets_are_keyed_by_port,
    function_errors_have_names,
    state_machines_wait_and_write_rules,
    alarms_keep_metric_math_and_send_events,
    uploads_are_announced_with_their_version,
    refused_resources_fail_their_stack,
    roles_are_enforced_on_the_rule,
)


def _ended(states: Any, execution: str) -> Any:
    found = states.describe_execution(executionArn=execution)
    return found if found["status"] != "RUNNING" else None


def _settled(formation: Any) -> Any:
    found = formation.describe_stacks(StackName=NAME)["Stacks"][0]
    return found if not found["StackStatus"].endswith("IN_PROGRESS") else None
