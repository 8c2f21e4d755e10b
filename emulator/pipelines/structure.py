"""A pipeline as a template declares it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Action:
    """What is done in a stage; `configuration` is its provider's own."""

    name: str
    stage: str
    type: Mapping[str, str]
    configuration: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    role_arn: str

    @property
    def provider(self) -> str:
        return self.type["Provider"]


@dataclass(frozen=True)
class Pipeline:
    """Its actions in the order in which they run, and where it keeps what they hand on."""

    name: str
    bucket: str
    role_arn: str
    actions: tuple[Action, ...]

    @classmethod
    def of(cls, name: str, properties: Record) -> "Pipeline":
        """Read an AWS::CodePipeline::Pipeline's properties; actions side by side take turns."""
        role = properties["RoleArn"]
        actions = [
            _action(action, stage["Name"], role)
            for stage in properties["Stages"]
            for action in sorted(stage["Actions"], key=lambda a: int(a.get("RunOrder", 1)))
        ]
        return cls(name, properties["ArtifactStore"]["Location"], role, tuple(actions))


def _action(record: Record, stage: str, role: str) -> Action:
    return Action(
        record["Name"],
        stage,
        record["ActionTypeId"],
        {name: str(value) for name, value in record.get("Configuration", {}).items()},
        tuple(artifact["Name"] for artifact in record.get("InputArtifacts", ())),
        tuple(artifact["Name"] for artifact in record.get("OutputArtifacts", ())),
        record.get("RoleArn", role),
    )
