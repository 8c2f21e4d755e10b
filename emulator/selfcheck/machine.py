"""State machines of the checks: their states, their executions, the tokens they wait for."""

import json
from typing import Any

from emulator.selfcheck.asking import eventually
from emulator.selfcheck.subject import NAME, Subject

Record = dict[str, Any]

PUT_PARAMETER = "arn:aws:states:::aws-sdk:ssm:putParameter.waitForTaskToken"
MODIFY_RULE = "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule"
START = "arn:aws:states:::states:startExecution"
RUN = f"{START}.sync:2"
HTTP = "arn:aws:states:::http:invoke"
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


def run(machine: str, **fields: Any) -> Record:
    """A state that waits for an execution of another machine, with its own input."""
    arguments = {"StateMachineArn": machine, "Name": NAME, "Input": "{% $states.input %}"}
    return {"Type": "Task", "Resource": RUN, "Arguments": arguments, "End": True, **fields}


def http_call(url: str, connection: str, **fields: Any) -> Record:
    """A state that posts its input."""
    arguments = {
        "ApiEndpoint": url,
        "Method": "POST",
        "InvocationConfig": {"ConnectionArn": connection},
        "RequestBody": "{% $states.input %}",
    }
    return {"Type": "Task", "Resource": HTTP, "Arguments": arguments, "End": True, **fields}


def catching(error: str) -> list[Record]:
    assign = {"caught": "{% $states.errorOutput.Error %}"}
    return [{"ErrorEquals": [error], "Assign": assign, "Next": "Caught"}]


def create(subject: Subject, name: str, *, first: Record, role: str = "", **fields: Any) -> str:
    """A machine of one state, and of one that tells which error was caught."""
    states = {"First": first, "Caught": CAUGHT}
    machine = {"QueryLanguage": "JSONata", "StartAt": "First", "States": states, **fields}
    arn: str = subject.client("stepfunctions").create_state_machine(
        name=f"{NAME}-{name}",
        roleArn=role or subject.once(_role),
        definition=json.dumps(machine),
    )["stateMachineArn"]
    return arn


def _role(subject: Subject) -> str:
    """One that may do everything: another check may enforce IAM while a machine still runs."""
    name, statement = f"{NAME}-machine", {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam, document = subject.client("iam"), {"Version": "2012-10-17", "Statement": [statement]}
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName=NAME, PolicyDocument=json.dumps(document))
    arn: str = role["Arn"]
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
