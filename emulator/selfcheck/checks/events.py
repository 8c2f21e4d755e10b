"""Events: what they carry, what a target gets of them, and what happens when it fails."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from emulator import environment
from emulator.selfcheck import function
from emulator.selfcheck.asking import eventually, expect
from emulator.selfcheck.rights import allow
from emulator.selfcheck.subject import NAME, Check, Subject

Record = dict[str, Any]


def failed_functions_are_asked_again(subject: Subject) -> Iterator[None]:
    name, events = f"{NAME}-failing", subject.client("events")
    arn = function.create(subject.client("lambda"), name, function.ALWAYS_FAILING)
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": arn}])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "asked"
        file.touch()
        _send(subject, name, {"file": str(file)})
        yield
        eventually(file.read_text, lambda text: text.count("asked") > 1)


def uploads_are_announced_with_their_version(subject: Subject) -> None:
    storage = subject.client("s3")
    storage.create_bucket(Bucket=NAME)
    storage.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
    storage.put_bucket_notification_configuration(
        Bucket=NAME, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    queue = queue_of(subject, "aws.s3")
    version = storage.put_object(Bucket=NAME, Key="a", Body=b"")["VersionId"]
    expect(received(subject, queue)["detail"]["object"].get("version-id"), version)


def changes_of_parameters_are_announced(subject: Subject) -> None:
    name, parameters = f"/{NAME}/announced", subject.client("ssm")
    queue = queue_of(subject, "aws.ssm", {"name": [name]})
    for _ in range(2):
        parameters.put_parameter(Name=name, Type="String", Value="1", Overwrite=True)
    parameters.delete_parameter(Name=name)
    events = [received(subject, queue) for _ in range(3)]
    told = [event["detail"]["operation"] for event in events]
    expect(sorted(told), ["Create", "Delete", "Update"])
    arn = f"arn:aws:ssm:{environment.REGION}:{environment.ACCOUNT}:parameter{name}"
    expect(events[0]["resources"], [arn])


def input_paths_find_elements_of_lists(subject: Subject) -> None:
    paths = {"second": "$.resources[1]", "source": "$.source"}
    template = '{"second": <second>, "source": <source>}'
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    source = f"{NAME}.lists"
    queue = queue_of(subject, source, InputTransformer=transformer)
    _send(subject, source, {}, Resources=["a", "b"])
    expect(received(subject, queue), {"second": "b", "source": source})


def schedules_put_events_of_their_name(subject: Subject) -> Iterator[None]:
    """Under a role of their own: others enforce IAM meanwhile."""
    source, place = f"{NAME}.schedule", f"{environment.REGION}:{environment.ACCOUNT}"
    queue, roles = queue_of(subject, source), subject.client("iam")
    role = {"RoleName": source}
    arn = roles.create_role(**role, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    may = json.dumps({"Statement": [allow("events:PutEvents")]})
    roles.put_role_policy(**role, PolicyName=NAME, PolicyDocument=may)
    subject.client("scheduler").create_schedule(
        Name=uuid4().hex,  # ministack remembers of a name for good that it had its turn
        ScheduleExpression="at(2026-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": f"arn:aws:events:{place}:event-bus/default",
            "RoleArn": arn,
            "Input": json.dumps({"a": 1}),
            "EventBridgeParameters": {"Source": source, "DetailType": NAME},
        },
    )
    yield
    event = received(subject, queue)
    expect((event["detail-type"], event["detail"]), (NAME, {"a": 1}))


def queue_of(subject: Subject, source: str, detail: Record | None = None, **target: Any) -> str:
    """The URL of a queue that gets every event of a source, or those with such a detail."""
    name, events = f"{NAME}-{source.replace('.', '-')}", subject.client("events")
    pattern = {"source": [source], **({"detail": detail} if detail else {})}
    url: str = subject.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:{environment.REGION}:{environment.ACCOUNT}:{name}"
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn, **target}])
    return url


def received(subject: Subject, queue: str) -> Any:
    queues = subject.client("sqs")
    found = eventually(lambda: queues.receive_message(QueueUrl=queue).get("Messages"))
    queues.delete_message(QueueUrl=queue, ReceiptHandle=found[0]["ReceiptHandle"])
    return json.loads(found[0]["Body"])


def _send(subject: Subject, source: str, detail: Record, **fields: Any) -> None:
    entry = {"Source": source, "DetailType": NAME, "Detail": json.dumps(detail), **fields}
    subject.client("events").put_events(Entries=[entry])


CHECKS: dict[Check, str] = {
    failed_functions_are_asked_again: "eventbridge",
    schedules_put_events_of_their_name: "scheduler",
    uploads_are_announced_with_their_version: "s3",
    changes_of_parameters_are_announced: "ssm",
    input_paths_find_elements_of_lists: "eventbridge",
}
