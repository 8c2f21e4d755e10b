"""Uploads and requests that are wrong end by name, say what to do, and leave live as it is."""

import json
from collections.abc import Iterator

import pytest

from rehearsal.session import SHOP
from tests.rehearsal.control_plane.conftest import ControlPlane
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
    control_plane.put(f"shop/{version}/release.json", content)

    ending = control_plane.ending_of_upload(f"shop-{version}-")

    assert ending.error == "RequestRejected"
    assert ending.cause.startswith(f"{name}: ")
    assert advice in ending.cause
    assert ending.states == ["AdmitRequest", "RequestRejected"]


def test_a_bundle_of_another_checksum_is_refused(control_plane: ControlPlane) -> None:
    control_plane.put("shop/tampered/bundle.zip", b"not what was packed")
    control_plane.put("shop/tampered/release.json", manifest("tampered"))

    ending = control_plane.ending_of_upload("shop-tampered-")

    assert ending.cause.startswith(
        "ChecksumMismatch: shop/tampered/bundle.zip: wanted SHA-256 0000"
    )


def test_an_unknown_service_is_refused(control_plane: ControlPlane) -> None:
    control_plane.put("ghost/1.0.0/release.json", manifest("1.0.0", service="ghost"))

    ending = control_plane.ending_of_upload("ghost-1.0.0-")

    assert ending.error == "RequestRejected"
    assert ending.cause.startswith("ServiceUnknown: input.service: no service 'ghost'")


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        ({"service": "shop"}, "input.version: is missing"),
        ({"service": "Shop", "version": "1"}, "input.service: must be a lower-case name"),
        ({"service": "shop", "version": "1", "force": True}, "input.force: unknown key"),
        (
            {"service": "shop", "version": "1", "steps": [{"percent": 50, "bake_seconds": 1}]},
            "input.steps[0].percent: the last step must be 100",
        ),
        ([], "input: must be an object"),
    ],
)
def test_a_wrong_request_is_refused_with_the_path_of_what_is_wrong(
    control_plane: ControlPlane, request_: object, path: str
) -> None:
    ending = control_plane.start(request_)

    assert ending.error == "RequestRejected"
    assert path in ending.cause


def test_a_release_that_was_never_uploaded_is_refused(control_plane: ControlPlane) -> None:
    ending = control_plane.start({"service": "shop", "version": "9.9.9"})

    assert ending.cause.startswith("ManifestMissing: ")


def test_the_same_upload_told_twice_is_one_deployment(control_plane: ControlPlane) -> None:
    control_plane.put("shop/twice/release.json", "{")
    ending = control_plane.ending_of_upload("shop-twice-")
    event = {
        "detail": {
            "bucket": {"name": control_plane.rehearsal.outputs.artifact_bucket},
            "object": {
                "key": "shop/twice/release.json",
                "version-id": control_plane.rehearsal.client("s3").head_object(
                    Bucket=control_plane.rehearsal.outputs.artifact_bucket,
                    Key="shop/twice/release.json",
                )["VersionId"],
            },
        }
    }
    answer = control_plane.rehearsal.client("lambda").invoke(
        FunctionName=starter(control_plane), Payload=json.dumps(event)
    )

    assert json.load(answer["Payload"]) == {"deployment_id": ending.name, "is_new": False}
    assert len(control_plane.executions("shop-twice-")) == 1


def test_packing_a_release_gives_a_manifest_that_is_admitted(control_plane: ControlPlane) -> None:
    with control_plane.lease_held("first"):
        control_plane.rehearsal.upload(pack(SHOP / "releases" / "1.1.0"))

        ending = control_plane.ending_of_upload("shop-1.1.0-")

    assert ending.error == "DeploymentRefused"
    assert "first holds the lease since then" in ending.cause
    assert "InspectLive" not in ending.states


def starter(control_plane: ControlPlane) -> str:
    functions = control_plane.rehearsal.client("lambda").list_functions(MaxItems=100)["Functions"]
    return next(
        str(function["FunctionName"])
        for function in functions
        if function["Handler"] == "viridian.handlers.events.artifact_uploaded.handler"
    )
