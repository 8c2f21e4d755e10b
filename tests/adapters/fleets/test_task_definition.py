"""The task definition of a release, made from live's."""

import copy
from typing import Any

import pytest
from hypothesis import given

from tests.core.shop import BUNDLE_RELEASE, CHECKSUM, ECS, IMAGE_RELEASE
from tests.core.strategies import releases
from viridian.adapters.fleets.task_definition import (
    REGISTERED_BY_ECS,
    is_same,
    serving_container,
    task_definition_of,
)
from viridian.core.release.release import Release

LIVE: dict[str, Any] = {
    "taskDefinitionArn": f"{ECS}:task-definition/blue:4",
    "revision": 4,
    "status": "ACTIVE",
    "requiresAttributes": [{"name": "ecs.capability"}],
    "compatibilities": ["FARGATE"],
    "registeredAt": "2026-11-01",
    "registeredBy": "arn:aws:iam::123456789012:role/deploy",
    "family": "blue",
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
                {"name": "RELEASE_VERSION", "value": "1.0.0"},
                {"name": "VIRIDIAN_BUNDLE", "value": "s3://artifacts/old"},
                {"name": "VIRIDIAN_BUNDLE_SHA256", "value": "old"},
                {"name": "KEPT", "value": "yes"},
                {"name": "BANNER", "value": "winter"},
            ],
        },
    ],
}


def environment(definition: dict[str, Any]) -> dict[str, str]:
    return {v["name"]: v["value"] for v in serving_container(definition)["environment"]}


def of(release: Release) -> dict[str, Any]:
    return task_definition_of(release, LIVE, "green")


@given(releases())
def test_everything_of_live_is_kept_but_what_the_release_names(release: Release) -> None:
    before = copy.deepcopy(LIVE)
    named = {"image", "command", "environment"}

    made = of(release)

    assert before == LIVE
    assert made["family"] == "green"
    ours = {*REGISTERED_BY_ECS, "family", "containerDefinitions"}
    assert {k: v for k, v in made.items() if k not in ours} == {
        k: v for k, v in LIVE.items() if k not in ours
    }
    assert made["containerDefinitions"][0] == LIVE["containerDefinitions"][0]
    serving, live = made["containerDefinitions"][1], LIVE["containerDefinitions"][1]
    assert {k: v for k, v in serving.items() if k not in named} == {
        k: v for k, v in live.items() if k not in named
    }


@given(releases())
def test_what_ecs_adds_by_itself_is_not_registered(release: Release) -> None:
    assert not set(of(release)) & set(REGISTERED_BY_ECS)


@given(releases())
def test_the_version_is_told_to_the_application(release: Release) -> None:
    assert environment(of(release))["RELEASE_VERSION"] == release.version


@given(releases())
def test_the_release_s_variables_are_set_over_live_s(release: Release) -> None:
    found = environment(of(release))

    assert found.items() >= release.environment.items()
    assert found["KEPT"] == release.environment.get("KEPT", "yes")


def test_a_bundle_keeps_the_image_and_names_the_pinned_bytes() -> None:
    made = of(BUNDLE_RELEASE)

    assert serving_container(made)["image"] == "runtime@sha256:old"
    assert environment(made) == {
        "RELEASE_VERSION": "1.1.0",
        "VIRIDIAN_BUNDLE": "s3://artifacts/shop/1.1.0/bundle.zip?versionId=v1",
        "VIRIDIAN_BUNDLE_SHA256": CHECKSUM,
        "KEPT": "yes",
        "BANNER": "spring",
    }


def test_an_image_drops_the_bundle_of_the_release_before() -> None:
    made = of(IMAGE_RELEASE)

    assert serving_container(made)["image"] == IMAGE_RELEASE.image
    assert environment(made) == {"RELEASE_VERSION": "1.1.0", "KEPT": "yes", "BANNER": "winter"}


def test_a_command_replaces_live_s_and_none_keeps_it() -> None:
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
def test_a_definition_that_is_not_like_live_is_another(name: str, value: str) -> None:
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
