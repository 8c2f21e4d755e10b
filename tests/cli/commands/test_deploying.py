"""A release is uploaded, a deployment started: what the core refuses never reaches AWS."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.automation import Automation
from tests.cli.conftest import Told

IMAGE = "registry.example/shop@sha256:" + "0f" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    manifest = {"service": "shop", "version": "1.1.0", "command": ["python3", "app.py"]}
    (tmp_path / "release.json").write_text(json.dumps(manifest))
    (tmp_path / "app.py").write_text("print('hello')\n")
    return tmp_path


def keys(automation: Automation) -> list[str]:
    listed = automation.s3.list_objects_v2(Bucket="artifacts")
    return [each["Key"] for each in listed.get("Contents", [])]


def requests(automation: Automation) -> dict[str, Any]:
    found = automation.states.list_executions(stateMachineArn=automation.machine)["executions"]
    return {
        each["name"]: json.loads(
            automation.states.describe_execution(executionArn=each["executionArn"])["input"]
        )
        for each in found
    }


def test_a_folder_is_uploaded_and_its_deployment_named(
    automation: Automation, folder: Path
) -> None:
    told = Told("release", "push", str(folder))

    assert told.code == 0
    assert keys(automation) == ["shop/1.1.0/bundle.zip", "shop/1.1.0/release.json"]
    assert told.out.startswith("shop-1.1.0-")
    assert told.err == f"follow it: viridian watch {told.out}"


def test_an_image_is_a_manifest_alone(automation: Automation) -> None:
    of_shop = ("--service", "shop", "--version", "1.1.0")
    told = Told("release", "push", "--image", IMAGE, *of_shop, "--json")

    [key] = keys(automation)
    manifest = json.load(automation.s3.get_object(Bucket="artifacts", Key=key)["Body"])
    assert (told.code, told.document["service"]) == (0, "shop")
    assert manifest == {"service": "shop", "version": "1.1.0", "image": IMAGE}


@pytest.mark.parametrize(
    ("given", "code", "complaint"),
    [
        (["--image", "shop:1", "--service", "shop", "--version", "1"], 1, "image by digest"),
        (["--image", IMAGE], 2, "--image needs --service and --version"),
        (["--image", IMAGE, "--service", "Shop", "--version", "1"], 2, "lower-case name"),
        (["FOLDER", "--version", "2"], 2, "belong to --image"),
        (["FOLDER", "--image", IMAGE], 2, "give either a folder or --image"),
        ([], 2, "give either a folder or --image"),
        (["none"], 1, "release.json: not found; it should say"),
    ],
)
def test_what_is_no_release_is_not_uploaded(
    automation: Automation, folder: Path, given: list[str], code: int, complaint: str
) -> None:
    told = Told("release", "push", *(str(folder) if arg == "FOLDER" else arg for arg in given))

    assert (told.code, complaint in told.err) == (code, True), told.err
    assert keys(automation) == []


def test_a_deployment_is_asked_for_as_it_was_said(automation: Automation) -> None:
    said = ("--override", "live burns", "--again", "--on-busy", "queue", "--newest-template")
    alarms = ("--ignore-alarm", "shop-elb-5xx", "--ignore-alarm", "orders-lost")
    told = Told("deploy", "shop", "1.1.0", *said, *alarms, "--json")

    assert told.code == 0
    assert requests(automation) == {
        told.document["id"]: {
            "service": "shop",
            "version": "1.1.0",
            "override": "live burns",
            "again": True,
            "on_busy": "queue",
            "template": "newest",
            "ignore_alarms": ["shop-elb-5xx", "orders-lost"],
        }
    }
    assert told.document["id"].startswith("shop-1.1.0-")


def test_without_a_version_what_is_live_is_asked_for(automation: Automation) -> None:
    assert Told("deploy", "shop").code == 0
    assert [*requests(automation).values()] == [{"service": "shop"}]


@pytest.mark.parametrize(
    ("given", "code", "complaint"),
    [
        (["shop", "--on-busy", "wait"], 1, "input.on_busy: must be"),
        (["shop", "--ignore-alarm", "a"], 1, "input.override: is missing"),
        (["shop", "1 1"], 2, "must be a version"),
        (["other"], 1, "no service 'other' here; those registered are: shop"),
    ],
)
def test_what_the_door_would_refuse_is_not_started(
    automation: Automation, given: list[str], code: int, complaint: str
) -> None:
    told = Told("deploy", *given)

    assert (told.code, complaint in told.err) == (code, True), told.err
    assert requests(automation) == {}
