"""The state machine of the checks."""

from typing import Any

from rehearsal.emulator.selfcheck.subject import NAME, Subject


def waiting_machine(subject: Subject) -> dict[str, Any]:
    """Waits for a token as long as an expression says, writes the rule, says what it caught."""
    parameter = {"Name": f"/{NAME}", "Type": "String", "Value": "{% $states.context.Task.Token %}"}
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter.waitForTaskToken",
        "TimeoutSeconds": "{% $states.input.seconds %}",
        "Arguments": parameter,
        "Catch": [
            {
                "ErrorEquals": ["Breach"],
                "Assign": {"caught": "{% $states.errorOutput.Error %}"},
                "Next": "Write",
            }
        ],
        "End": True,
    }
    write = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule",
        "Arguments": {"RuleArn": subject.rule, "Actions": [subject.forward(100, 0)]},
        "Next": "Done",
    }
    done = {"Type": "Succeed", "Output": {"caught": "{% $caught %}"}}
    states = {"Wait": wait, "Write": write, "Done": done}
    return {"QueryLanguage": "JSONata", "StartAt": "Wait", "States": states}
