"""The ECS task definition of a release: the service's task template with what the release names.

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


def task_definition_of(release: Release, template: TaskDefinition, family: str) -> TaskDefinition:
    """The release's definition, in that family; nothing of what ran before is in it.

    A variable is a text or a secret: as the one it is in the release, it is no more the other.
    """
    members = {name: value for name, value in template.items() if name not in REGISTERED_BY_ECS}
    definition = copy.deepcopy(members) | {"family": family}
    if release.cpu and release.memory:
        definition |= {"cpu": str(release.cpu), "memory": str(release.memory)}
    container = serving_container(definition)
    if release.image:
        container["image"] = release.image
    if release.command:
        container["command"] = list(release.command)
    texts = {v["name"]: v["value"] for v in container.get("environment", [])}
    secrets = {v["name"]: v["valueFrom"] for v in container.get("secrets", [])}
    named = release.environment | _identity(release)
    texts, secrets = texts | named, secrets | release.secrets
    container["environment"] = [
        {"name": n, "value": text} for n, text in sorted(texts.items()) if n not in release.secrets
    ]
    container["secrets"] = [
        {"name": n, "valueFrom": arn} for n, arn in sorted(secrets.items()) if n not in named
    ]
    return definition


def serving_container(definition: TaskDefinition) -> dict[str, Any]:
    """The container that serves: the first essential one."""
    containers: list[dict[str, Any]] = definition["containerDefinitions"]
    return next((c for c in containers if c.get("essential", True)), containers[0])


def is_same(found: TaskDefinition, wanted: TaskDefinition) -> bool:
    """Whether a registered definition already is the wanted one.

    ECS names what is empty and orders variables as it likes: neither makes a difference.
    """
    return _comparable(found) == _comparable(wanted)


def _comparable(definition: TaskDefinition) -> TaskDefinition:
    containers = [
        _filled(c | {kind: _by_name(c.get(kind, [])) for kind in ("environment", "secrets")})
        for c in definition["containerDefinitions"]
    ]
    members = {n: v for n, v in definition.items() if n not in REGISTERED_BY_ECS}
    return _filled({**members, "containerDefinitions": containers})


def _by_name(variables: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(variables, key=lambda variable: variable["name"])


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in ([], {}, None)}


def _identity(release: Release) -> dict[str, str]:
    identity = {"RELEASE_VERSION": release.version}
    if release.bundle:
        identity["VIRIDIAN_BUNDLE"] = release.bundle.uri
        identity["VIRIDIAN_BUNDLE_SHA256"] = release.bundle.sha256
    return identity
