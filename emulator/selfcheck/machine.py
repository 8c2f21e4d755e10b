"""State machines of the checks: their states, their executions, the tokens they wait for."""

import json
from typing import Any

from emulator.selfcheck.asking import eventually
from emulator.selfcheck.subject import NAME, ROLE, Subject

Record = dict[str, Any]

PUT_PARAMETER = "arn:aws:states:::aws-sdk:ssm:putParameter.waitForTaskToken"
MODIFY_RULE = "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule"
START = "arn:aws:states:::states:startExecution"
PUBLISH = "arn:aws:states:::aws-sdk:sns:publish"
VALUE = {"Value": "{% $states.context.Task.Token %}"}
CAUGHT = {"Type": "Succeed", "Output": {"caught": "{% $caught %}"}}


def token_wait(name: str, **fields: Any) -> Record:
    """A state that puts its token into a parameter and waits for the answer."""
    parameter = {"Name": f"/{NAME}/{name}", "Type": "String", "Overwrite": True, **VALUE}
    return {"Type": "Task", "Resource": PUT_PARAMETER, "Arguments": parameter, **fields}


def rule_write(rule: str, action: Record, **fields: Any) -> Record:
    arguments = {"RuleArn": rule, "Actions": [action]}
    return {"Type": "Task", "Resource": MODIFY_RULE, "Arguments": arguments, **fields}


def catching(error: str) -> list[Record]:
    assign = {"caught": "{% $states.errorOutput.Error %}"}
    return [{"ErrorEquals": [error], "Assign": assign, "Next": "Caught"}]


def create(subject: Subject, name: str, *, first: Record, **fields: Any) -> str:
    """A machine of one state, and of one that tells which error was caught."""
    states = {"First": first, "Caught": CAUGHT}
    machine = {"QueryLanguage": "JSONata", "StartAt": "First", "States": states, **fields}
    arn: str = subject.client("stepfunctions").create_state_machine(
        name=f"{NAME}-{name}", roleArn=ROLE, definition=json.dumps(machine)
    )["stateMachineArn"]
    return arn


def start(subject: Subject, machine: str, **execution_input: Any) -> str:
    request = {"stateMachineArn": machine, "name": NAME, "input": json.dumps(execution_input)}
    arn: str = subject.client("stepfunctions").start_execution(**request)["executionArn"]
    return arn


def ended(subject: Subject, execution: str) -> Record:
    states = subject.client("stepfunctions")
    found: Record = eventually(
        lambda: states.describe_execution(executionArn=execution),
        lambda answer: answer["status"] != "RUNNING",
    )
    return found


def caught(subject: Subject, execution: str) -> str | None:
    """The error that the first state ended with; nothing if that was not caught."""
    output = json.loads(ended(subject, execution).get("output", "null"))
    return output.get("caught") if isinstance(output, dict) else None


def token_of(subject: Subject, name: str, other_than: str = "") -> str:
    ssm = subject.client("ssm")
    found: list[Record] = eventually(
        lambda: ssm.get_parameters(Names=[f"/{NAME}/{name}"])["Parameters"],
        lambda parameters: parameters and parameters[0]["Value"] != other_than,
    )
    token: str = found[0]["Value"]
    return token
