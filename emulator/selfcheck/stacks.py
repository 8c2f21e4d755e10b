"""Stacks of the checks."""

import json
from typing import Any

from emulator.selfcheck.asking import eventually, refusal_of
from emulator.selfcheck.subject import NAME, Subject

Record = dict[str, Any]


def create(subject: Subject, name: str, resources: Record, **outputs: Any) -> None:
    body = _template(resources, outputs)
    subject.client("cloudformation").create_stack(StackName=f"{NAME}-{name}", TemplateBody=body)


def update(subject: Subject, name: str, resources: Record, **outputs: Any) -> None:
    body = _template(resources, outputs)
    subject.client("cloudformation").update_stack(StackName=f"{NAME}-{name}", TemplateBody=body)


def delete(subject: Subject, name: str) -> None:
    """And wait until it is gone."""
    formation = subject.client("cloudformation")
    formation.delete_stack(StackName=f"{NAME}-{name}")
    eventually(lambda: refusal_of(formation.describe_stacks, StackName=f"{NAME}-{name}"))


def status_of(subject: Subject, name: str) -> str:
    """What a stack ended with."""
    status: str = _settled(subject, name)["StackStatus"]
    return status


def outputs_of(subject: Subject, name: str) -> dict[str, str]:
    found = _settled(subject, name).get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def _template(resources: Record, outputs: Record) -> str:
    values = {name: {"Value": value} for name, value in outputs.items()}
    return json.dumps({"Resources": resources, "Outputs": values})


def _settled(subject: Subject, name: str) -> Record:
    formation = subject.client("cloudformation")
    found: Record = eventually(
        lambda: formation.describe_stacks(StackName=f"{NAME}-{name}")["Stacks"][0],
        lambda stack: not stack["StackStatus"].endswith("IN_PROGRESS"),
    )
    return found
