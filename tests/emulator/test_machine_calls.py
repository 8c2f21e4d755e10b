"""What machines call themselves: HTTP endpoints with a connection, and other machines."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator.ports import free_port
from emulator.selfcheck.machine import catching, http_call, run, token_wait
from emulator.selfcheck.rights import allow
from tests.emulator.rig import App, Cloud, eventually

Record = dict[str, Any]
Ended = Callable[..., Record]
Connect = Callable[..., str]

BASIC = {"Username": "viridian", "Password": "secret"}
WAITS = ("states:StartExecution", "states:DescribeExecution", "events:*")


@pytest.fixture
def create(cloud: Cloud, unique: str) -> Callable[..., str]:
    """A machine of one state, under a role that may do no more than these actions."""
    states, iam = cloud.client("stepfunctions"), cloud.client("iam")

    def make(name: str, first: Record, *actions: str) -> str:
        caught = {"Type": "Succeed", "Output": {"caught": "{% $caught %}"}}
        definition = {"StartAt": "First", "States": {"First": first, "Caught": caught}}
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(map(allow, actions))})
        role = iam.create_role(RoleName=f"{unique}-{name}", AssumeRolePolicyDocument="{}")["Role"]
        if actions:
            iam.put_role_policy(
                RoleName=f"{unique}-{name}", PolicyName="own", PolicyDocument=policy
            )
        arn: str = states.create_state_machine(
            name=f"{unique}-{name}",
            definition=json.dumps({"QueryLanguage": "JSONata", **definition}),
            roleArn=role["Arn"],
        )["stateMachineArn"]
        return arn

    return make


@pytest.fixture
def ended(cloud: Cloud) -> Ended:
    """An execution of a machine, started with this input, at its end."""
    states = cloud.client("stepfunctions")

    def start(machine: str, **given: Any) -> Record:
        request = {"stateMachineArn": machine, "input": json.dumps(given)}
        execution = states.start_execution(**request)["executionArn"]
        found: Record = eventually(
            lambda: states.describe_execution(executionArn=execution),
            lambda answer: answer["status"] != "RUNNING",
        )
        return found

    return start


@pytest.fixture
def connection(cloud: Cloud, unique: str) -> str:
    parameters = {"BasicAuthParameters": BASIC}
    made = cloud.client("events").create_connection(
        Name=unique, AuthorizationType="BASIC", AuthParameters=parameters
    )
    arn: str = made["ConnectionArn"]
    return arn


@pytest.fixture
def enforced(cloud: Cloud) -> Iterator[None]:
    cloud.control.enforce_iam(True)
    yield
    cloud.control.enforce_iam(False)


def with_headers(state: Record, **headers: str) -> Record:
    return {**state, "Arguments": {**state["Arguments"], "Headers": headers}}


def test_request_is_what_aws_would_send(
    create: Callable[..., str], ended: Ended, connection: str, start_app: Callable[[str], App]
) -> None:
    call = http_call(f"http://127.0.0.1:{start_app('hook').port}/ask", connection)
    own = {"X-Asked": "yes", "Content-Type": "application/vnd.own+json"}

    answer = json.loads(ended(create("own", with_headers(call, **own)), version="1.1.0")["output"])

    told = json.loads(answer["ResponseBody"])  # text, since it came without a type
    assert json.loads(told["posted"]) == {"version": "1.1.0"}
    assert (answer["StatusCode"], answer["StatusText"]) == (200, "OK")
    assert answer["Headers"]["content-length"] == [str(len(answer["ResponseBody"]))]
    sent = {name.lower(): value for name, value in told["headers"].items()}
    wanted = {
        "authorization": "Basic dmlyaWRpYW46c2VjcmV0",
        "user-agent": "Amazon|StepFunctions|HttpInvoke|us-east-1",
        "content-type": "application/vnd.own+json",
        "x-asked": "yes",
    }
    assert sent | wanted == sent


def test_status_that_is_no_success_names_the_error(
    create: Callable[..., str], ended: Ended, connection: str, start_app: Callable[[str], App]
) -> None:
    app = start_app("hook")
    app.status = 503
    call = http_call(f"http://127.0.0.1:{app.port}/", connection)

    found = ended(create("busy", call))

    assert found["error"] == "States.Http.StatusCode.503"
    assert json.loads(found["cause"])["app"] == "hook"


def test_refused_connection_is_a_socket_error(
    create: Callable[..., str], ended: Ended, connection: str
) -> None:
    call = http_call(f"http://127.0.0.1:{free_port()}/", connection)

    assert ended(create("refused", call))["error"] == "States.Http.Socket"


def test_state_times_out_before_a_silent_endpoint(
    create: Callable[..., str], ended: Ended, connection: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        call = http_call(url, connection, TimeoutSeconds=1)

        assert ended(create("silent", call))["error"] == "States.Timeout"


@pytest.mark.parametrize(
    "endpoint",
    ["https://127.0.0.1/", "http://192.0.2.1/", "http://127.0.0.1@example.com/", "file:///etc"],
)
def test_nothing_but_loopback_is_called(
    create: Callable[..., str], ended: Ended, connection: str, endpoint: str
) -> None:
    found = ended(create("elsewhere", http_call(endpoint, connection)))

    assert (found["error"], endpoint in found["cause"]) == ("States.Runtime", True)


@pytest.mark.parametrize("header", ["Authorization", "Host", "X-Amz-Date", "x-forwarded-for"])
def test_headers_that_aws_keeps_are_refused(
    create: Callable[..., str], ended: Ended, connection: str, header: str
) -> None:
    call = http_call("http://127.0.0.1:1/", connection)

    found = ended(create("headers", with_headers(call, **{header: "own"})))

    assert (found["error"], header.lower() in found["cause"]) == ("States.Runtime", True)


def test_connection_that_is_gone_or_deauthorised_is_named(
    cloud: Cloud, create: Callable[..., str], ended: Ended, connection: str, unique: str
) -> None:
    made = create("gone", http_call("http://127.0.0.1:1/", connection))
    events = cloud.client("events")

    events.deauthorize_connection(Name=unique)
    assert ended(made)["error"] == "Events.ConnectionResource.InvalidConnectionState"
    events.delete_connection(Name=unique)
    assert ended(made)["error"] == "Events.ConnectionResource.ResourceNotFound"


def test_other_machine_acts_under_its_own_role(
    create: Callable[..., str], ended: Ended, enforced: None
) -> None:
    third = create("third", {"Type": "Succeed"})
    without_rights = create("second", run(third))
    first = create("first", run(without_rights), *WAITS)

    found = ended(first)

    denied = json.loads(found["cause"])
    assert (found["error"], denied["Status"]) == ("States.TaskFailed", "FAILED")
    assert denied["Error"] == "StepFunctions.AWSStepFunctionsException"


def test_jsonpath_machine_is_not_judged_by_the_role_of_who_started_it(
    create: Callable[..., str], ended: Ended, enforced: None, connection: str
) -> None:
    call = http_call(f"http://127.0.0.1:{free_port()}/", connection)
    parameters = {**call.pop("Arguments"), "RequestBody": {}}
    other = create("other", {**call, "QueryLanguage": "JSONPath", "Parameters": parameters})

    found = ended(create("own", run(other), *WAITS))

    assert json.loads(found["cause"])["Error"] == "States.Http.Socket"


@pytest.mark.parametrize(("stop", "status"), [((), "RUNNING"), (("states:Stop*",), "ABORTED")])
def test_other_machine_is_stopped_if_the_role_may(
    cloud: Cloud,
    create: Callable[..., str],
    ended: Ended,
    enforced: None,
    stop: tuple[str, ...],
    status: str,
) -> None:
    states = cloud.client("stepfunctions")
    other = create("other", token_wait("other", End=True), "*")
    impatient = run(other, TimeoutSeconds=1, Catch=catching("States.Timeout"))

    assert json.loads(ended(create("own", impatient, *WAITS, *stop))["output"])["caught"]

    statuses = eventually(
        lambda: [e["status"] for e in states.list_executions(stateMachineArn=other)["executions"]],
        lambda found: status == "RUNNING" or found == [status],
    )
    assert statuses == [status]


def test_name_that_has_run_is_not_run_over(create: Callable[..., str], ended: Ended) -> None:
    other = create("other", {"Type": "Succeed"})
    made = create("own", run(other))

    assert ended(made, version="1.0.0")["status"] == "SUCCEEDED"
    found = ended(made, version="1.1.0")
    assert found["error"] == "StepFunctions.ExecutionAlreadyExistsException"


def test_history_has_the_names_of_aws(
    cloud: Cloud, create: Callable[..., str], ended: Ended
) -> None:
    found = ended(create("own", run(create("other", {"Type": "Succeed"}))))

    history = cloud.client("stepfunctions").get_execution_history
    events = history(executionArn=found["executionArn"])["events"]
    scheduled = [e["taskScheduledEventDetails"] for e in events if e["type"] == "TaskScheduled"]
    named = [(details["resourceType"], details["resource"]) for details in scheduled]
    assert named == [("states", "startExecution.sync:2")]
