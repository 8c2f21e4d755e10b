"""A handler's adapters and its role's rights name the same services of AWS."""

import ast
from pathlib import Path

import pytest

from tests.infra.test_rights import (
    APPROVE,
    CONTROL,
    EVENT_FUNCTIONS,
    PIPELINE_JOB,
    STATE_FUNCTIONS,
    TAKE_ANSWER,
)

HANDLERS = Path(__file__).parents[2] / "functions" / "viridian" / "handlers"
SERVICE_OF_ADAPTER = {
    "admission": None,  # it is made of others, as inspections, commands and the starter
    "alarms": "cloudwatch",
    "answers": None,
    "artifacts": "s3",
    "bus": "events",
    "commands": None,
    "decisions": "dynamodb",
    "fleets": "ecs",
    "executions": "states",
    "hooks": "states",
    "http_probe": "secretsmanager",  # which it asks for what checks send
    "images": "ecr",
    "inspection": None,
    "leases": "dynamodb",
    "load_balancers": "elasticloadbalancing",
    "pipelines": "codepipeline",
    "quotas": "servicequotas",
    "records": "dynamodb",
    "registrations": "ssm",
    "request_metrics": "cloudwatch",
    "scaling": "application-autoscaling",
    "starter": None,
}
OF_A_FLEET = {"iam", "logs"}
"""Besides its own service: the roles of its tasks, and what they print."""
OF_A_STREAM = {"dynamodb", "sqs"}
"""What calls the function by its own role: the table's stream, and the queue of what was given up.
"""
OF_A_RULE = {"cognito-idp"}
"""Besides its own service: the login before it, which is written again."""
RIGHTS = STATE_FUNCTIONS | {f"events.{name}": rights for name, rights in EVENT_FUNCTIONS.items()}
RIGHTS |= {"controls.Control": CONTROL, "pipelines.PipelineJob": PIPELINE_JOB}
RIGHTS |= {"controls.Approve": APPROVE, "hooks.TakeAnswer": TAKE_ANSWER}


def file_of(function: str) -> Path:
    *folder, name = function.split(".")
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    return HANDLERS.joinpath(*folder, f"{snake}.py")


def adapters_of(handler: Path) -> set[str]:
    imports = [n for n in ast.walk(ast.parse(handler.read_text())) if isinstance(n, ast.ImportFrom)]
    return {
        (i.module or "").rpartition(".")[2]
        for i in imports
        if (i.module or "").startswith("viridian.adapters.")
    }


@pytest.mark.parametrize("function", RIGHTS)
def test_a_role_reaches_the_services_its_handler_uses_and_no_other(function: str) -> None:
    used = {SERVICE_OF_ADAPTER[adapter] for adapter in adapters_of(file_of(function))} - {None}
    allowed = {action.partition(":")[0] for action in RIGHTS[function]}
    allowed -= OF_A_STREAM if function == "events.PhaseChanged" else set()

    assert allowed - OF_A_FLEET - OF_A_RULE == used
