"""State machines fail by name, and the first retrier that matches an error decides."""

import json

from emulator.repairs.stepfunctions.errors import Retries
from tests.emulator.rig import Cloud, eventually


def test_fail_state_names_the_error(cloud: Cloud, unique: str) -> None:
    states = cloud.client("stepfunctions")
    fail = {"Type": "Fail", "Error": "DeploymentReverted", "Cause": "{% $states.input.why %}"}
    machine = {"QueryLanguage": "JSONata", "StartAt": "Fail", "States": {"Fail": fail}}
    role = "arn:aws:iam::000000000000:role/machine"
    arn = states.create_state_machine(name=unique, definition=json.dumps(machine), roleArn=role)
    execution = states.start_execution(
        stateMachineArn=arn["stateMachineArn"], input='{"why": "slow"}'
    )["executionArn"]
    found = eventually(
        lambda: states.describe_execution(executionArn=execution),
        lambda answer: answer["status"] != "RUNNING",
    )
    assert (found["error"], found["cause"]) == ("DeploymentReverted", "slow")


def test_retrier_without_attempts_does_not_retry() -> None:
    none = {"ErrorEquals": ["CandidateTooSlow"], "MaxAttempts": 0}
    others = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}
    assert Retries([none, others]).seconds_before_next("CandidateTooSlow") is None


def test_attempts_are_counted_for_each_retrier() -> None:
    retries = Retries([{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2}])
    waits = [retries.seconds_before_next("CandidateTooSlow") for _ in range(3)]
    assert (waits, retries.count) == ([1.0, 2.0, None], 2)
