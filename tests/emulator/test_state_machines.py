"""State machines end, wait, retry and fail as they do on AWS."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.emulator.rig import eventually

WAIT_FOR_TOKEN = "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken"
MODIFY_RULE = "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule"
FAILING = """
    class CandidateTooSlow(Exception):
        pass

    def handler(event, context):
        if event.get("fail"):
            raise CandidateTooSlow("wanted 1.0, found 2.5")
        return {"pid": __import__("os").getpid()}
"""


@pytest.fixture
def states(cloud):
    return cloud.client("stepfunctions")


@pytest.fixture
def tokens(cloud, unique):
    """The token that a waiting state has written down."""
    table = cloud.client("dynamodb")
    table.create_table(
        TableName=unique,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key = {"id": {"S": "token"}}

    def written():
        found = table.get_item(TableName=unique, Key=key, ConsistentRead=True).get("Item")
        return found["token"]["S"] if found else None

    return lambda: eventually(written)


@pytest.fixture
def waiting(unique, tokens):
    """A machine that waits for a token, as long as a JSONata expression says."""
    wait = {
        "Type": "Task",
        "Resource": WAIT_FOR_TOKEN,
        "TimeoutSeconds": "{% $states.input.seconds %}",
        "Arguments": {
            "TableName": unique,
            "Item": {"id": {"S": "token"}, "token": {"S": "{% $states.context.Task.Token %}"}},
        },
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "Output": "{% $states.errorOutput %}",
                "Next": "Ended",
            }
        ],
        "Next": "Ended",
    }
    return {"StartAt": "Wait", "States": {"Wait": wait, "Ended": {"Type": "Succeed"}}}


def invoke(function, **fields):
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": "{% $states.input %}"},
        **fields,
    }


def entered(states, execution):
    history = states.get_execution_history(executionArn=execution)["events"]
    details = [event.get("stateEnteredEventDetails") for event in history]
    return [detail["name"] for detail in details if detail]


def test_function_error_is_caught_by_its_class_name(create_function, run_machine):
    catch = {
        "ErrorEquals": ["CandidateTooSlow"],
        "Output": "{% $parse($states.errorOutput.Cause) %}",
        "Next": "Slow",
    }
    ask = invoke(create_function(FAILING), Catch=[catch], End=True)
    found = run_machine(
        {"StartAt": "Ask", "States": {"Ask": ask, "Slow": {"Type": "Succeed"}}}, {"fail": True}
    )
    cause = json.loads(found["output"])
    assert cause["errorType"] == "CandidateTooSlow"
    assert cause["errorMessage"] == "wanted 1.0, found 2.5"
    assert "handler" in cause["stackTrace"][-1]


def test_worker_outlives_an_error(cloud, create_function):
    name = create_function(FAILING)
    functions = cloud.client("lambda")

    def call(**event):
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
        return json.load(answer["Payload"])

    first = call()
    assert call(fail=True)["errorType"] == "CandidateTooSlow"
    assert call() == first


def test_retrier_without_attempts_does_not_retry(create_function, run_machine, states):
    none = {"ErrorEquals": ["CandidateTooSlow"], "MaxAttempts": 0}
    others = {"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}
    ask = invoke(create_function(FAILING), Retry=[none, others], End=True)
    found = run_machine({"StartAt": "Ask", "States": {"Ask": ask}}, {"fail": True})
    history = states.get_execution_history(executionArn=found["executionArn"])["events"]
    assert [event["type"] for event in history].count("TaskFailed") == 1
    assert (found["status"], found["error"]) == ("FAILED", "CandidateTooSlow")


def test_retries_wait_no_longer_than_their_longest_delay(create_function, run_machine, states):
    retry = {
        "ErrorEquals": ["States.TaskFailed"],
        "IntervalSeconds": 600,
        "MaxDelaySeconds": 1,
        "JitterStrategy": "FULL",
        "MaxAttempts": 2,
    }
    ask = invoke(create_function(FAILING), Retry=[retry], End=True)
    found = run_machine({"StartAt": "Ask", "States": {"Ask": ask}}, {"fail": True})
    history = states.get_execution_history(executionArn=found["executionArn"])["events"]
    assert [event["type"] for event in history].count("TaskFailed") == 3


def test_quiet_token_wait_ends_after_its_jsonata_timeout(run_machine, waiting):
    started = time.monotonic()
    found = run_machine(waiting, {"seconds": 1})
    assert json.loads(found["output"])["Error"] == "States.Timeout"
    assert time.monotonic() - started >= 1


def test_task_failure_ends_the_wait_at_once(start_machine, states, waiting, tokens):
    execution = start_machine(waiting, {"seconds": 60})
    token = tokens()
    states.send_task_failure(taskToken=token, error="Breach", cause="5xx above 5 %")
    found = eventually(
        lambda: states.describe_execution(executionArn=execution),
        lambda answer: answer["status"] == "SUCCEEDED",
    )
    assert json.loads(found["output"]) == {"Error": "Breach", "Cause": "5xx above 5 %"}
    with pytest.raises(ClientError, match="TaskTimedOut"):
        states.send_task_success(taskToken=token, output="{}")


def test_stopped_execution_waits_no_longer(start_machine, states, waiting, tokens):
    execution = start_machine(waiting, {"seconds": 60})
    token = tokens()
    states.stop_execution(executionArn=execution, error="Stopped", cause="by hand")
    assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"

    def refused():
        with pytest.raises(ClientError) as refusal:
            states.send_task_success(taskToken=token, output="{}")
        return refusal.value.response["Error"]["Code"]

    eventually(refused, lambda code: code == "TaskTimedOut")
    assert entered(states, execution) == ["Wait"]


def test_machine_that_takes_too_long_is_timed_out(run_machine, waiting):
    found = run_machine({**waiting, "TimeoutSeconds": 1}, {"seconds": 60})
    assert found["status"] == "TIMED_OUT"


def test_succeed_state_has_its_output(run_machine):
    done = {"Type": "Succeed", "Output": {"version": "{% $states.input.version %}"}}
    found = run_machine({"StartAt": "Done", "States": {"Done": done}}, {"version": "1.1.0", "x": 1})
    assert json.loads(found["output"]) == {"version": "1.1.0"}


def test_fail_state_names_the_error(run_machine):
    fail = {"Type": "Fail", "Error": "DeploymentReverted", "Cause": "{% $states.input.why %}"}
    found = run_machine({"StartAt": "Fail", "States": {"Fail": fail}}, {"why": "slow"})
    assert (found["error"], found["cause"]) == ("DeploymentReverted", "slow")


def test_same_start_twice_is_one_execution(states, start_machine, waiting):
    first = start_machine(waiting, {"seconds": 60})
    machine = states.describe_execution(executionArn=first)["stateMachineArn"]
    request = {"stateMachineArn": machine, "name": first.rsplit(":", 1)[1]}

    def start(seconds):
        return states.start_execution(**request, input=json.dumps({"seconds": seconds}))

    assert start(60)["executionArn"] == first
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        start(30)
    states.stop_execution(executionArn=first)
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        start(60)
    found = states.list_executions(stateMachineArn=machine)["executions"]
    assert [execution["executionArn"] for execution in found] == [first]


def test_rule_is_written_without_a_function(run_machine, balancer):
    state = {
        "Type": "Task",
        "Resource": MODIFY_RULE,
        "Arguments": {"RuleArn": balancer.rule, "Actions": [balancer.forward(40, 60)]},
        "Output": "{% $states.result.Rules[0].RuleArn %}",
        "End": True,
    }
    found = run_machine({"StartAt": "Restore", "States": {"Restore": state}})
    assert json.loads(found["output"]) == balancer.rule
    assert balancer.weights() == [40, 60]


def test_error_of_a_direct_call_has_the_name_of_the_sdk(run_machine, balancer):
    state = {
        "Type": "Task",
        "Resource": MODIFY_RULE,
        "Arguments": {"RuleArn": f"{balancer.rule}0", "Actions": [balancer.forward(1, 0)]},
        "End": True,
    }
    found = run_machine({"StartAt": "Restore", "States": {"Restore": state}})
    assert found["error"] == "ElasticLoadBalancingV2.RuleNotFoundException"
