"""What a machine calls itself: HTTP endpoints and other machines, as far as its role may."""

import json
from collections.abc import Callable, Iterator

from emulator import environment
from emulator.selfcheck import machine, stacks
from emulator.selfcheck.asking import expect
from emulator.selfcheck.machine import Record
from emulator.selfcheck.rights import acting, allow
from emulator.selfcheck.subject import NAME, ROLE, Check, Subject

PLACE = f"{environment.REGION}:{environment.ACCOUNT}"
RULE = f"arn:aws:events:{PLACE}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule"
SECRETS = "arn:aws:secretsmanager:*:*:secret:events!connection/*"
KEY = {"ApiKeyName": "X-Key", "ApiKeyValue": NAME}
AUTHORISATION = {
    "AuthorizationType": "API_KEY",
    "AuthParameters": {"ApiKeyAuthParameters": KEY},
}
ONLY_WITH_THE_KEY = [
    {"Field": "path-pattern", "Values": ["/hook"]},
    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Key", "Values": [NAME]}},
]
UNAUTHORISED = "StepFunctions.AWSStepFunctionsException"


def http_tasks_call_with_their_connection(subject: Subject) -> Iterator[None]:
    """With its key, of what asks for one; what is not there is an error by its status."""
    url, connection = subject.once(_hook)
    called = machine.create(subject, "called", first=machine.http_call(url, connection))
    execution = machine.start(subject, called)
    lost = machine.create(subject, "lost", first=machine.http_call(f"{url}/no", connection))
    failure = machine.start(subject, lost)
    yield
    found = json.loads(machine.ended(subject, execution)["output"])
    expect((found["StatusCode"], found["ResponseBody"]), (200, {"approved": True}))
    expect(machine.ended(subject, failure)["error"], "States.Http.StatusCode.410")


def http_tasks_need_their_rights(subject: Subject) -> None:
    url, connection = subject.once(_hook)
    of_the_connection = "Events.ConnectionResource.AccessDenied"
    rights = {
        "states:InvokeHTTPEndpoint": ("<machine>", "States.Http.AccessDenied"),
        "events:RetrieveConnectionCredentials": (connection, of_the_connection),
        "secretsmanager:DescribeSecret": (SECRETS, of_the_connection),
        "secretsmanager:GetSecretValue": (SECRETS, of_the_connection),
    }
    _need(subject, "http", lambda _number: machine.http_call(url, connection), rights)


def templates_make_connections(subject: Subject) -> Iterator[None]:
    properties = {"Name": f"{NAME}-made", **AUTHORISATION}
    resources = {"Own": {"Type": "AWS::Events::Connection", "Properties": properties}}
    told = {name: {"Fn::GetAtt": ["Own", name]} for name in ("Arn", "SecretArn")}
    stacks.create(subject, "connection", resources, **told)
    yield
    found = stacks.outputs_of(subject, "connection")
    made = subject.client("events").describe_connection(Name=f"{NAME}-made")
    expect(found["Arn"], made["ConnectionArn"])
    expect(":secret:events!connection/" in found["SecretArn"], True)


def machines_wait_for_others(subject: Subject) -> Iterator[None]:
    """For the output as it is; a failure is the task's, whatever its own name."""
    done = {"Type": "Succeed", "Output": {"version": "{% $states.input.version %}"}}
    other = machine.create(subject, "other", first=done)
    waiting = machine.create(subject, "waiting", first=machine.run(other))
    execution = machine.start(subject, waiting, version="1.1.0")
    broken = machine.create(subject, "broken", first={"Type": "Fail", "Error": "Own"})
    failing = machine.create(subject, "failing", first=machine.run(broken))
    failure = machine.start(subject, failing)
    yield
    found = json.loads(machine.ended(subject, execution)["output"])
    expect((found["Output"], found["Status"]), ({"version": "1.1.0"}, "SUCCEEDED"))
    told = machine.ended(subject, failure)
    expect((told["error"], json.loads(told["cause"])["Error"]), ("States.TaskFailed", "Own"))


def others_are_stopped_when_the_wait_is_over(subject: Subject) -> Iterator[None]:
    other = machine.create(subject, "abandoned", first=machine.token_wait("abandoned", End=True))
    caught = machine.catching("States.Timeout")
    run = machine.run(other, TimeoutSeconds=1, Catch=caught)
    execution = machine.start(subject, machine.create(subject, "impatient", first=run))
    yield
    expect(machine.caught(subject, execution), "States.Timeout")
    expect(machine.ended(subject, _execution_of(other))["status"], "ABORTED")


def machines_that_wait_need_their_rights(subject: Subject) -> None:
    others = [
        machine.create(subject, f"run-{number}", first={"Type": "Succeed"}) for number in range(6)
    ]
    resources = {
        "events:PutTargets": RULE,
        "events:PutRule": RULE,
        "events:DescribeRule": RULE,
        "states:StartExecution": f"arn:aws:states:{PLACE}:stateMachine:{NAME}-run-*",
        "states:DescribeExecution": f"arn:aws:states:{PLACE}:execution:{NAME}-run-*:*",
    }
    rights = {action: (resource, UNAUTHORISED) for action, resource in resources.items()}
    _need(subject, "waits", lambda number: machine.run(others[number]), rights)


def _need(
    subject: Subject,
    name: str,
    call: Callable[[int], Record],
    rights: dict[str, tuple[str, str]],
) -> None:
    """The call succeeds with all of the rights, and without one fails with the error beside it."""
    for number, missing in enumerate(("", *rights)):
        calling = machine.create(subject, f"{name}-{number}", first=call(number), role=ROLE)
        allowed = [
            allow(action, resource.replace("<machine>", calling))
            for action, (resource, _error) in rights.items()
            if action != missing
        ]
        with acting(subject, "stepfunctions", *allowed):
            found = machine.ended(subject, machine.start(subject, calling)).get("error")
        expect((missing, found), (missing, rights[missing][1] if missing else None))


def _hook(subject: Subject) -> tuple[str, str]:
    """An endpoint that asks for a key, and the connection that has it."""
    answer = {"StatusCode": "200", "ContentType": "application/json"}
    said = {**answer, "MessageBody": json.dumps({"approved": True})}
    subject.client("elbv2").create_rule(
        ListenerArn=subject.listener,
        Priority=60,
        Conditions=ONLY_WITH_THE_KEY,
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": said}],
    )
    made = subject.client("events").create_connection(Name=NAME, **AUTHORISATION)
    return f"http://127.0.0.1:{subject.port}/hook", made["ConnectionArn"]


def _execution_of(other: str) -> str:
    return f"{other.replace(':stateMachine:', ':execution:')}:{NAME}"


CHECKS: dict[Check, str] = {
    http_tasks_call_with_their_connection: "stepfunctions.http_tasks",
    http_tasks_need_their_rights: "stepfunctions.http_tasks",
    templates_make_connections: "connections",
    machines_wait_for_others: "stepfunctions.nested",
    others_are_stopped_when_the_wait_is_over: "stepfunctions.nested",
    machines_that_wait_need_their_rights: "stepfunctions.nested",
}
