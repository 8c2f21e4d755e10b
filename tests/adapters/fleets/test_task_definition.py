"""The task definition of a release, made from the service's task template."""

import copy
from typing import Any

import pytest
from hypothesis import given

from tests.core.shop import BUNDLE_RELEASE, CHECKSUM, ECS, IMAGE_RELEASE
from tests.core.strategies import releases, templates
from viridian.adapters.fleets.task_definition import (
    REGISTERED_BY_ECS,
    is_same,
    serving_container,
    task_definition_of,
)
from viridian.core.release.release import Release

TEMPLATE: dict[str, Any] = {
    "taskDefinitionArn": f"{ECS}:task-definition/template:4",
    "revision": 4,
    "status": "ACTIVE",
    "requiresAttributes": [{"name": "ecs.capability"}],
    "compatibilities": ["FARGATE"],
    "registeredAt": "2026-11-01",
    "registeredBy": "arn:aws:iam::123456789012:role/deploy",
    "family": "template",
    "cpu": "256",
    "memory": "512",
    "taskRoleArn": "arn:aws:iam::123456789012:role/task",
    "networkMode": "awsvpc",
    "containerDefinitions": [
        {"name": "agent", "image": "agent", "essential": False, "environment": []},
        {
            "name": "app",
            "image": "runtime@sha256:old",
            "essential": True,
            "command": ["python3", "old.py"],
            "portMappings": [{"containerPort": 8080}],
            "secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:key"}],
            "environment": [
                {"name": "KEPT", "value": "yes"},
                {"name": "BANNER", "value": "winter"},
            ],
        },
    ],
}


def of(release: Release) -> dict[str, Any]:
    return task_definition_of(release, TEMPLATE, "green")


def texts(definition: dict[str, Any], kind: str = "environment") -> dict[str, str]:
    value = "value" if kind == "environment" else "valueFrom"
    return {v["name"]: v[value] for v in serving_container(definition)[kind]}


@given(releases(), templates)
def test_a_release_changes_what_it_names_and_the_template_gives_all_the_rest(
    release: Release, template: dict[str, Any]
) -> None:
    before = copy.deepcopy(template)
    sized = {"cpu": str(release.cpu), "memory": str(release.memory)} if release.cpu else {}
    named = {"image": release.image, "command": list(release.command)}
    place = template["containerDefinitions"].index(serving_container(template))

    made = task_definition_of(release, template, "green")

    assert template == before
    whole = {k: v for k, v in template.items() if k not in REGISTERED_BY_ECS}
    others, containers = made.pop("containerDefinitions"), whole.pop("containerDefinitions")
    assert made == whole | sized | {"family": "green"}
    serving, found = containers.pop(place), others.pop(place)
    assert others == containers, "sidecars are not touched"
    of_variables = {"environment", "secrets"}
    assert {k: v for k, v in found.items() if k not in of_variables} == {
        k: v for k, v in serving.items() if k not in of_variables
    } | {k: v for k, v in named.items() if v}


@given(releases(), templates)
def test_variables_are_the_release_s_over_the_template_s_each_a_text_or_a_secret(
    release: Release, template: dict[str, Any]
) -> None:
    made = task_definition_of(release, template, "green")

    found, secrets = texts(made), texts(made, "secrets")
    assert found.items() >= (release.environment | {"RELEASE_VERSION": release.version}).items()
    assert secrets.items() >= release.secrets.items()
    assert not found.keys() & secrets.keys()
    named = {*release.environment, *release.secrets, "RELEASE_VERSION"}
    for kind, given_now in (("environment", found), ("secrets", secrets)):
        of_template = {n: v for n, v in texts(template, kind).items() if n not in named}
        assert given_now.items() >= of_template.items()


def test_a_bundle_keeps_the_image_and_names_the_pinned_bytes() -> None:
    made = of(BUNDLE_RELEASE)

    assert serving_container(made)["image"] == "runtime@sha256:old"
    assert texts(made) == {
        "RELEASE_VERSION": "1.1.0",
        "VIRIDIAN_BUNDLE": "s3://artifacts/shop/1.1.0/bundle.zip?versionId=v1",
        "VIRIDIAN_BUNDLE_SHA256": CHECKSUM,
        "KEPT": "yes",
        "BANNER": "spring",
    }


def test_an_image_runs_as_it_is() -> None:
    made = of(IMAGE_RELEASE)

    assert serving_container(made)["image"] == IMAGE_RELEASE.image
    assert texts(made) == {"RELEASE_VERSION": "1.1.0", "KEPT": "yes", "BANNER": "winter"}


def test_a_command_replaces_the_template_s_and_none_keeps_it() -> None:
    assert serving_container(of(BUNDLE_RELEASE))["command"] == ["python3", "app.py"]
    assert serving_container(of(IMAGE_RELEASE))["command"] == ["python3", "old.py"]


def test_a_container_serves_by_being_essential_which_it_is_unless_it_says_no() -> None:
    definition = {"containerDefinitions": [{"name": "a", "essential": False}, {"name": "b"}]}

    assert serving_container(definition)["name"] == "b"


@given(releases())
def test_a_definition_registered_is_the_same_when_asked_again(release: Release) -> None:
    registered = {**of(release), "taskDefinitionArn": "arn:new", "revision": 5, "status": "ACTIVE"}

    assert is_same(registered, of(release))


@pytest.mark.parametrize(
    ("name", "value"),
    [("family", "blue"), ("cpu", "512"), ("taskRoleArn", "arn:aws:iam::123456789012:role/other")],
)
def test_a_definition_that_differs_is_another(name: str, value: str) -> None:
    assert not is_same({**of(IMAGE_RELEASE), name: value}, of(IMAGE_RELEASE))


@pytest.mark.parametrize(
    ("name", "value"),
    [("image", "other"), ("command", ["sh"]), ("environment", []), ("secrets", [])],
)
def test_a_container_that_differs_makes_another_definition(name: str, value: Any) -> None:
    found = of(IMAGE_RELEASE)
    serving_container(found)[name] = value

    assert not is_same(found, of(IMAGE_RELEASE))


def test_the_order_in_which_ecs_lists_the_variables_does_not_matter() -> None:
    found = of(BUNDLE_RELEASE)
    serving_container(found)["environment"].reverse()

    assert is_same(found, of(BUNDLE_RELEASE))
