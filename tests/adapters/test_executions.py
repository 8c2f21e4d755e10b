"""Executions: one for each name, and late answers are normal. The fake makes the same claims."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.fakes import FakeExecutions
from viridian.adapters.clients import client
from viridian.adapters.executions import Executions
from viridian.core.execution import Execution

REQUEST = {"service": "shop", "version": "1.1.0"}


class AwsStand:
    """A state machine."""

    def __init__(self) -> None:
        self.states = boto3.client("stepfunctions")
        self.machine = self.states.create_state_machine(
            name="deploy",
            definition=json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/deploy",
        )["stateMachineArn"]
        self.executions = Executions(self.states)

    def stop(self, name: str) -> None:
        arn = self.machine.replace(":stateMachine:", ":execution:") + f":{name}"
        self.states.stop_execution(executionArn=arn)

    def requests(self) -> list[dict[str, Any]]:
        found = self.states.list_executions(stateMachineArn=self.machine)["executions"]
        described = [self.states.describe_execution(executionArn=e["executionArn"]) for e in found]
        return [json.loads(execution["input"]) for execution in described]


class FakeStand:
    """The fake."""

    machine = "arn:machine"

    def __init__(self) -> None:
        self.executions = FakeExecutions()

    def stop(self, name: str) -> None:
        self.executions.end(self.machine, name)

    def requests(self) -> list[dict[str, Any]]:
        return [*self.executions.started.values()]


Stand = AwsStand | FakeStand


@pytest.fixture(params=[AwsStand, FakeStand], ids=["aws", "fake"])
def stand(request: pytest.FixtureRequest, aws: None) -> Stand:
    made: Stand = request.param()
    return made


def test_a_start_runs_the_request(stand: Stand) -> None:
    assert stand.executions.start(stand.machine, "one", REQUEST)
    assert stand.requests() == [REQUEST]


def test_the_same_start_twice_is_one_execution(stand: Stand) -> None:
    assert stand.executions.start(stand.machine, "one", REQUEST)
    assert stand.executions.start(stand.machine, "one", REQUEST)
    assert stand.requests() == [REQUEST]


def test_a_start_repeated_after_the_end_starts_nothing(stand: Stand) -> None:
    stand.executions.start(stand.machine, "one", REQUEST)
    stand.stop("one")

    assert not stand.executions.start(stand.machine, "one", REQUEST)
    assert stand.requests() == [REQUEST]


def test_an_execution_is_described_as_it_is_now(stand: Stand) -> None:
    assert stand.executions.described(stand.machine, "one") is None
    stand.executions.start(stand.machine, "one", REQUEST)
    assert stand.executions.described(stand.machine, "one") == Execution(
        "one", "RUNNING", request=REQUEST
    )
    stand.stop("one")

    assert stand.executions.described(stand.machine, "one") == Execution(
        "one", "ABORTED", request=REQUEST
    )


@pytest.mark.parametrize("asked", ["[1]", "[" * 100_000, "1" * 5_000, "{"])
def test_an_execution_tells_why_it_failed_whatever_it_was_asked(asked: str) -> None:
    why = {"error": "States.Runtime", "cause": "too deep", "input": asked}
    arn = "arn:aws:states:::execution:deploy:one"
    needed = {"executionArn": arn, "stateMachineArn": "arn", "startDate": 0, "status": "FAILED"}
    states = client("stepfunctions")
    with Stubber(states) as stub:
        stub.add_response("describe_execution", {**needed, **why}, {"executionArn": arn})
        found = Executions(states).described("arn:aws:states:::stateMachine:deploy", "one")

    assert found == Execution("one", "FAILED", "States.Runtime", "too deep")


def test_an_execution_that_cannot_be_described_is_an_error() -> None:
    """It is not one that does not exist: nothing may be taken over for it."""
    states = client("stepfunctions")
    with Stubber(states) as stub:
        stub.add_client_error("describe_execution", "AccessDeniedException")

        with pytest.raises(states.exceptions.ClientError):
            Executions(states).described("arn:aws:states:::stateMachine:deploy", "one")


def test_a_name_that_asked_for_something_else_starts_nothing(stand: Stand) -> None:
    stand.executions.start(stand.machine, "one", REQUEST)

    assert not stand.executions.start(stand.machine, "one", {**REQUEST, "version": "1.2.0"})
    assert stand.requests() == [REQUEST]


ANSWERS: dict[str, Callable[[Executions], bool]] = {
    "send_task_success": lambda executions: executions.succeed("token"),
    "send_task_failure": lambda executions: executions.fail("token", "CandidateBreached", "bad"),
}


@pytest.mark.parametrize("operation", sorted(ANSWERS))
def test_a_wait_is_answered(operation: str) -> None:
    states, fake = client("stepfunctions"), FakeExecutions(waiting=("token",))
    with Stubber(states) as stub:
        stub.add_response(operation, {})

        assert ANSWERS[operation](Executions(states))
        assert ANSWERS[operation](fake)


@pytest.mark.parametrize("operation", sorted(ANSWERS))
@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_an_answer_that_comes_late_is_no_error(operation: str, code: str) -> None:
    states, fake = client("stepfunctions"), FakeExecutions()
    with Stubber(states) as stub:
        stub.add_client_error(operation, code)

        assert not ANSWERS[operation](Executions(states))
        assert not ANSWERS[operation](fake)


@pytest.mark.parametrize("operation", sorted(ANSWERS))
def test_an_answer_that_could_not_be_sent_is_an_error(operation: str) -> None:
    states = client("stepfunctions")
    with Stubber(states) as stub:
        stub.add_client_error(operation, "AccessDeniedException")

        with pytest.raises(states.exceptions.ClientError):
            ANSWERS[operation](Executions(states))


def test_a_cause_is_cut_to_what_step_functions_takes() -> None:
    states = client("stepfunctions")
    with Stubber(states) as stub:
        cut = {"taskToken": "token", "error": "E", "cause": "x" * 32_768}
        stub.add_response("send_task_failure", {}, expected_params=cut)

        assert Executions(states).fail("token", "E", "x" * 40_000)
