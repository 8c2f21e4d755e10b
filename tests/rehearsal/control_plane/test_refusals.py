"""Uploads and requests that are wrong end by name, say what to do, and leave live as it is."""

import json
import re
from collections.abc import Iterator

import pytest

from rehearsal.session import SHOP
from tests.rehearsal.control_plane.conftest import ControlPlane, ending
from viridian_cli.release import pack

pytestmark = pytest.mark.xdist_group("control_plane")
CHECKSUM = "0" * 64


@pytest.fixture(autouse=True)
def live_is_untouched(control_plane: ControlPlane) -> Iterator[None]:
    before = control_plane.live_weights()
    yield
    assert control_plane.live_weights() == before == [100, 0]


def manifest(version: str, **changes: object) -> str:
    members = {
        "service": "shop",
        "version": version,
        "bundle": "bundle.zip",
        "sha256": CHECKSUM,
    }
    return json.dumps({**members, **changes})


@pytest.mark.parametrize(
    ("version", "content", "name", "advice"),
    [
        ("not-json", "{", "ManifestInvalid", "not JSON"),
        ("too-large", " " * 65537, "ManifestTooLarge", "move what is large into the bundle"),
        ("no-bundle", manifest("no-bundle"), "ArtifactMissing", "upload the bundle, then"),
        (
            "misspelt",
            manifest("misspelt", enviroment={}),
            "ManifestInvalid",
            "shop/misspelt/release.json.enviroment: unknown key",
        ),
        ("other", manifest("another"), "ManifestInvalid", "release.json.version: wanted 'other'"),
    ],
    ids=["not-json", "too-large", "no-bundle", "misspelt", "other"],
)
def test_a_wrong_upload_is_refused_by_name(
    control_plane: ControlPlane, version: str, content: str, name: str, advice: str
) -> None:
    found = ending(control_plane.upload(f"shop/{version}/release.json", content))

    assert found.error == "RequestRejected"
    assert str(found.cause).startswith(f"{name}: ")
    assert advice in str(found.cause)
    assert found.states == ["AdmitRequest", "RequestRejected"]


def test_a_bundle_of_another_checksum_is_refused(control_plane: ControlPlane) -> None:
    control_plane.put("shop/tampered/bundle.zip", b"not what was packed")
    found = ending(control_plane.upload("shop/tampered/release.json", manifest("tampered")))

    complaint = "ChecksumMismatch: shop/tampered/bundle.zip: wanted SHA-256 0000"
    assert str(found.cause).startswith(complaint)


def test_an_unknown_service_is_refused(control_plane: ControlPlane) -> None:
    uploaded = control_plane.upload("ghost/1.0.0/release.json", manifest("1.0.0", service="ghost"))
    found = ending(uploaded)

    assert found.error == "RequestRejected"
    assert str(found.cause).startswith("ServiceUnknown: input.service: no service 'ghost'")


def test_a_wrong_request_is_refused_with_the_paths_of_all_that_is_wrong(
    control_plane: ControlPlane,
) -> None:
    steps = [{"percent": 50, "bake_seconds": 1}]
    found = control_plane.start({"service": "Shop", "steps": steps, "force": True})

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
    event = {
        "detail": {
            "bucket": {"name": control_plane.bucket},
            "object": {"key": key, "version-id": version},
        }
    }
    uploaded = control_plane.deployment_of(key, version)
    ending(uploaded)
    answer = control_plane.rehearsal.client("lambda").invoke(
        FunctionName=starter(control_plane), Payload=json.dumps(event)
    )

    assert json.load(answer["Payload"]) == {"deployment_id": uploaded.id, "is_new": False}
    assert len(control_plane.executions("shop-twice-")) == 1


def test_packing_a_release_gives_a_manifest_that_is_admitted(control_plane: ControlPlane) -> None:
    with control_plane.lease_held("first"):
        found = ending(control_plane.rehearsal.upload(pack(SHOP / "releases" / "1.1.0")))

    assert found.error == "DeploymentRefused"
    assert "first holds the lease since then" in str(found.cause)
    assert "InspectLive" not in found.states


def starter(control_plane: ControlPlane) -> str:
    functions = control_plane.rehearsal.client("lambda").list_functions(MaxItems=100)["Functions"]
    return next(
        str(function["FunctionName"])
        for function in functions
        if function["Handler"] == "viridian.handlers.events.artifact_uploaded.handler"
    )
