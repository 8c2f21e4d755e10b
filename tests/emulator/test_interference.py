"""An interference acts on what it means, as often as it was told, and then no more."""

import json

import pytest
from botocore.exceptions import ClientError

from emulator.interference import Interference, Interferences, Kind
from tests.emulator.rig import Cloud, eventually

SHIFT = {"machine": "arn:deploy", "state": "ShiftTraffic"}


def interferences(times: int = 1) -> Interferences:
    found = Interferences()
    found.add(Interference({"state": "Shift*"}, '"shop"', Kind.REFUSED, times=times))
    return found


def test_what_it_means_is_met_as_often_as_it_was_told() -> None:
    found = interferences(times=2)
    met = [found.meet(SHIFT, '{"service": "shop"}') is not None for _ in range(3)]
    assert (met, found.seen(1)) == ([True, True, False], 3)


def test_another_state_or_text_is_not_met() -> None:
    found = interferences()
    assert found.meet({**SHIFT, "state": "Bake"}, '{"service": "shop"}') is None
    assert found.meet(SHIFT, '{"service": "other"}') is None


def test_one_that_ended_lets_go_and_acts_no_more() -> None:
    found = interferences()
    held = found.meet(SHIFT, '"shop"')
    found.end(1)
    assert held is not None
    assert held.let_go.is_set()
    assert found.meet(SHIFT, '"shop"') is None


def played(cloud: Cloud, name: str, kind: str, **more: object) -> tuple[str, str, bool]:
    """Status and error of an execution that writes a parameter, and whether it was written."""
    states, ssm = cloud.client("stepfunctions"), cloud.client("ssm")
    write = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter",
        "Arguments": {"Name": f"/{name}", "Value": "written", "Type": "String"},
        "End": True,
    }
    machine = {"QueryLanguage": "JSONata", "StartAt": "Write", "States": {"Write": write}}
    arn = states.create_state_machine(
        name=name,
        definition=json.dumps(machine),
        roleArn="arn:aws:iam::000000000000:role/machine",
    )["stateMachineArn"]
    cloud.control.interfere({"machine": arn, "state": "Write"}, "", kind, **more)
    execution = states.start_execution(stateMachineArn=arn)["executionArn"]
    found = eventually(
        lambda: states.describe_execution(executionArn=execution),
        lambda answer: answer["status"] != "RUNNING",
    )
    is_written = bool(ssm.get_parameters(Names=[f"/{name}"])["Parameters"])
    return found["status"], found.get("error") or "", is_written


def test_a_call_is_refused_before_its_effect(cloud: Cloud, unique: str) -> None:
    assert played(cloud, unique, "refused", error="Broken") == ("FAILED", "Broken", False)


def test_a_call_fails_after_its_effect(cloud: Cloud, unique: str) -> None:
    assert played(cloud, unique, "failed", error="Broken") == ("FAILED", "Broken", True)


def test_a_call_times_out_before_its_effect(cloud: Cloud, unique: str) -> None:
    assert played(cloud, unique, "timed out") == ("FAILED", "States.Timeout", False)


def test_an_answer_is_lost_after_its_effect(cloud: Cloud, unique: str) -> None:
    assert played(cloud, unique, "lost") == ("FAILED", "States.Timeout", True)


def test_an_execution_is_stopped_after_the_effect(cloud: Cloud, unique: str) -> None:
    assert played(cloud, unique, "stopped") == ("ABORTED", "", True)


def test_a_call_of_the_api_is_refused_by_what_it_asks_for(cloud: Cloud, unique: str) -> None:
    ssm = cloud.client("ssm")
    number = cloud.control.interfere({"action": "ssm:PutParameter"}, f'"/{unique}"', "refused")
    other = {"Value": "written", "Type": "String"}
    ssm.put_parameter(Name=f"/{unique}-other", **other)
    assert cloud.control.seen(number) == 0
    with pytest.raises(ClientError, match="500"):  # which SDKs take for a reason to ask again
        ssm.put_parameter(Name=f"/{unique}", **other)
    assert cloud.control.seen(number) == 1
