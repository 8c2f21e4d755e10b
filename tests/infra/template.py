"""Synthesised templates as tests read them: by a resource's name, with references spelt out."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Resources = dict[str, dict[str, Any]]
"""Resources or their properties, by name."""
HASH = re.compile(r"[0-9A-F]{8}([0-9a-f]{32})?$")  # the second is of a function's version


def name_of(logical_id: str) -> str:
    """A logical id without the hash that CDK puts at its end."""
    return HASH.sub("", logical_id)


@dataclass(frozen=True)
class Template:
    """One stack's template."""

    body: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> "Template":
        return cls(json.loads(path.read_text()))

    @property
    def resources(self) -> Resources:
        return dict(self.body["Resources"])

    def of_type(self, kind: str) -> Resources:
        """Resources of `AWS::<kind>`, by name."""
        return {
            name_of(logical_id): resource
            for logical_id, resource in self.resources.items()
            if resource["Type"] == f"AWS::{kind}"
        }

    def properties(self, kind: str) -> Resources:
        """Their properties, by name."""
        return {name: r.get("Properties", {}) for name, r in self.of_type(kind).items()}


@dataclass(frozen=True)
class Assembly:
    """Both templates, and what one imports from the other."""

    folder: Path

    @cached_property
    def viridian(self) -> Template:
        return Template.read(self.folder / "Viridian.template.json")

    @cached_property
    def shop(self) -> Template:
        return Template.read(self.folder / "Shop.template.json")

    @cached_property
    def pipeline(self) -> Template:
        return Template.read(self.folder / "Pipeline.template.json")

    @cached_property
    def templates(self) -> tuple[Template, Template]:
        return self.viridian, self.shop

    def properties(self, kind: str) -> Resources:
        """Properties of `AWS::<kind>` in both, by name."""
        return {n: p for template in self.templates for n, p in template.properties(kind).items()}

    @cached_property
    def _exports(self) -> dict[str, Any]:
        stacks = [Template.read(path).body for path in self.folder.glob("*.template.json")]
        outputs = [output for body in stacks for output in body.get("Outputs", {}).values()]
        return {o["Export"]["Name"]: o["Value"] for o in outputs if "Export" in o}

    def spell(self, value: Any) -> str:
        """A value as text: `<StorageTable.Arn>` for a reference, joins joined, imports followed."""
        match value:
            case {"Ref": str(target)}:
                return f"<{name_of(target)}>"
            case {"Fn::GetAtt": [str(target), str(attribute)]}:
                return f"<{name_of(target)}.{attribute}>"
            case {"Fn::Join": [str(separator), list(parts)]}:
                return separator.join(self.spell(part) for part in parts)
            case {"Fn::ImportValue": str(name)}:
                return self.spell(self._exports[name])
            case {"Fn::Select": [5 | 6, {"Fn::Split": [":", arn]}]}:
                return f"{self.spell(arn)}'s name"
        return str(value)

    def owned(self, kind: str) -> Resources:
        """What Viridian is to make of this kind for the shop, by name, with references spelt."""
        ours = f"Custom::Viridian{kind}"
        return {
            name_of(logical_id): json.loads(self.spell(resource["Properties"]["Wanted"]))
            for logical_id, resource in self.shop.resources.items()
            if resource["Type"] == ours
        }

    def rights(self) -> dict[str, set[tuple[str, str]]]:
        """What each role may do, by its name: (action, resource) pairs of every policy on it.

        A resource that a condition narrows says so: `* if aws:RequestTag/kind is shop`.
        """
        found: dict[str, set[tuple[str, str]]] = {r: set() for r in self.properties("IAM::Role")}
        for policy in self.properties("IAM::Policy").values():
            for role in policy["Roles"]:
                found[self.spell(role).strip("<>")] |= self._pairs(policy)
        return found

    def _pairs(self, policy: dict[str, Any]) -> set[tuple[str, str]]:
        return {
            (action, self.spell(resource) + _conditions(statement))
            for statement in policy["PolicyDocument"]["Statement"]
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
        }


def _conditions(statement: dict[str, Any]) -> str:
    conditions = statement.get("Condition", {})
    assert set(conditions) <= {"StringEquals"}
    return "".join(f" if {key} is {v}" for key, v in conditions.get("StringEquals", {}).items())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
