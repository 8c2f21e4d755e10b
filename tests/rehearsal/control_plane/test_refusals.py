"""Uploads and requests that are wrong end by name, say what to do, and leave live as it is."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.rehearsal.control_plane.conftest import ControlPlane, ending

pytestmark = pytest.mark.xdist_group("control_plane")


@pytest.fixture(autouse=True)
def live_is_untouched(control_plane: ControlPlane) -> Iterator[None]:
    before = control_plane.live_weights()
    yield
    assert control_plane.live_weights() == before == [100, 0]


def test_a_wrong_upload_is_refused_by_name(control_plane: ControlPlane) -> None:
    found = ending(control_plane.upload("shop/misspelt/release.json", '{"enviroment": {}}'))

    assert found.error == "RequestRejected"
    assert str(found.cause).startswith("ManifestInvalid: ")
    assert "shop/misspelt/release.json.enviroment: unknown key" in str(found.cause)
    assert found.states == ["AdmitRequest", "PageOperators", "WhichEnding", "RequestRejected"]


def test_a_wrong_request_is_refused_with_the_paths_of_all_that_is_wrong(
    control_plane: ControlPlane,
) -> None:
    steps = [{"percent": 50, "bake_seconds": 1}]
    wrong = {"service": "Shop", "version": "", "steps": steps, "force": True}
    found = control_plane.start(wrong)

    assert found.error == "RequestRejected"
    assert re.findall(r"^(?:RequestInvalid: )?(.*?): ", str(found.cause), re.M) == [
        "input.service",
        "input.version",
        "input.force",
        "input.steps[0].percent",
    ]


def test_a_release_that_was_never_uploaded_is_refused(control_plane: ControlPlane) -> None:
    found = control_plane.start({"service": "shop", "version": "9.9.9"})

    assert str(found.cause).startswith("ManifestMissing: ")


def test_the_same_upload_told_twice_is_one_deployment(control_plane: ControlPlane) -> None:
    key = "shop/twice/release.json"
    version = control_plane.put(key, "{")
    told = {"key": key, "version-id": version}
    detail = {"bucket": {"name": control_plane.bucket}, "object": told}
    event = {"time": "2026-11-01T12:00:00Z", "detail": detail}
    uploaded = control_plane.deployment_of(key, version)
    ending(uploaded)
    answer = control_plane.rehearsal.client("lambda").invoke(
        FunctionName=starter(control_plane), Payload=json.dumps(event)
    )

    assert json.load(answer["Payload"]) == {"deployment_id": uploaded.id, "is_new": False}
    assert len(control_plane.executions("shop-twice-")) == 1


def starter(control_plane: ControlPlane) -> str:
    functions = control_plane.rehearsal.client("lambda").list_functions(MaxItems=100)["Functions"]
    return next(
        str(function["FunctionName"])
        for function in functions
        if function["Handler"] == "viridian.handlers.events.artifact_uploaded.handler"
    )
