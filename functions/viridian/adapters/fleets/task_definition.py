"""The ECS task definition of a release, made from the live one.

Shapes are those of ECS's DescribeTaskDefinition and RegisterTaskDefinition.
"""

import copy
from typing import Any

from viridian.core.release.release import Release

TaskDefinition = dict[str, Any]

REGISTERED_BY_ECS = (
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
)
"""Members that ECS adds and RegisterTaskDefinition does not take."""


def task_definition_of(release: Release, live: TaskDefinition, family: str) -> TaskDefinition:
    """The release's definition: the live one with its image, environment, command and version."""
    definition = {
        name: copy.deepcopy(value) for name, value in live.items() if name not in REGISTERED_BY_ECS
    }
    definition["family"] = family
    container = serving_container(definition)
    if release.image:
        container["image"] = release.image
    if release.command:
        container["command"] = list(release.command)
    environment = _without_bundle({v["name"]: v["value"] for v in container["environment"]})
    environment |= release.environment | _identity(release)
    container["environment"] = [
        {"name": name, "value": value} for name, value in sorted(environment.items())
    ]
    return definition


def serving_container(definition: TaskDefinition) -> dict[str, Any]:
    """The container that serves: the first essential one."""
    containers: list[dict[str, Any]] = definition["containerDefinitions"]
    container = next((c for c in containers if c.get("essential", True)), containers[0])
    container.setdefault("environment", [])
    return container


def is_same(found: TaskDefinition, wanted: TaskDefinition) -> bool:
    """Whether a registered definition already is the wanted one, in all that it takes from live.

    ECS names what is empty and orders variables as it likes: neither makes a difference.
    """
    return _comparable(found) == _comparable(wanted)


def _comparable(definition: TaskDefinition) -> TaskDefinition:
    containers = [
        _filled({**c, "environment": sorted(c.get("environment", []), key=lambda v: v["name"])})
        for c in definition["containerDefinitions"]
    ]
    members = {n: v for n, v in definition.items() if n not in REGISTERED_BY_ECS}
    return _filled({**members, "containerDefinitions": containers})


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in ([], {}, None)}


def _identity(release: Release) -> dict[str, str]:
    identity = {"RELEASE_VERSION": release.version}
    if release.bundle:
        identity["VIRIDIAN_BUNDLE"] = release.bundle.uri
        identity["VIRIDIAN_BUNDLE_SHA256"] = release.bundle.sha256
    return identity


def _without_bundle(environment: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if not k.startswith("VIRIDIAN_BUNDLE")}
