"""A dry run: the machine's own checks, the way, the times, and nothing is changed."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.cli.automation import Automation, make_alarms, make_fleets, set_alarm, whole_on_blue
from tests.cli.conftest import Told
from tests.core.shop import SETTINGS, asking, target_of

IMAGE = "registry.example/shop@sha256:" + "0f" * 32


@pytest.fixture(autouse=True)
def shop(automation: Automation) -> Automation:
    """Blue is live on two healthy tasks of Fargate, and 1.1.0 is uploaded."""
    make_alarms()
    make_fleets(automation)
    manifest = {"service": "shop", "version": "1.1.0", "image": IMAGE}
    body = json.dumps(manifest).encode()
    automation.s3.put_object(Bucket="artifacts", Key="shop/1.1.0/release.json", Body=body)
    return automation


def settle(automation: Automation, **members: Any) -> None:
    """Register the shop with other settings."""
    known = {**automation.registration, "settings": {**SETTINGS, **members}}
    name = "/viridian/services/shop"
    automation.ssm.put_parameter(Name=name, Value=json.dumps(known), Overwrite=True)


def plan(*args: str) -> tuple[int, dict[str, Any]]:
    told = Told("plan", "shop", *args, "--json")
    return told.code, told.document


def checks(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["check"]: (each["is_well"], each["found"]) for each in document["checks"]}


def complaint(*args: str) -> tuple[str, str]:
    """The one check that stops it, and its first words."""
    code, document = plan(*args)
    [(name, told)] = [
        (name, told) for name, (well, told) in checks(document).items() if well == "wrong"
    ]
    assert (code, document["stops"]) == (5, True)
    return name, told


def test_what_nothing_would_stop_is_told_with_what_could_not_be_looked_at() -> None:
    code, document = plan("1.1.0")
    found = checks(document)

    assert (code, document["stops"]) == (0, False)
    assert {name for name, (well, _) in found.items() if well != "ok"} == {"image", "vCPU quota"}
    assert found["image"][0] == found["vCPU quota"][0] == "skipped"
    assert {each["to_do"] for each in document["checks"]} == {""}
    assert found["lease"] == ("ok", "nobody holds it")
    assert {*found} >= {"freeze", "release", "stop", "sides", "live side", "alarms"}


def test_nothing_is_changed(shop: Automation) -> None:
    def state() -> list[Any]:
        table = boto3.client("dynamodb").scan(TableName="deployments")["Items"]
        listed = shop.s3.list_object_versions(Bucket="artifacts")["Versions"]
        executions = shop.states.list_executions(stateMachineArn=shop.machine)["executions"]
        definitions = boto3.client("ecs").list_task_definitions()["taskDefinitionArns"]
        return [table, [each["Key"] for each in listed], executions, definitions]

    before = state()
    plan("1.1.0")
    plan("--image", IMAGE, "--version", "1.2.0")

    assert state() == before


def test_a_firing_alarm_and_a_sick_live_side_are_told_both(shop: Automation) -> None:
    set_alarm("orders-lost", "ALARM")
    shop.balancer.elbv2.deregister_targets(
        TargetGroupArn=shop.balancer.blue, Targets=[{"Id": "10.0.0.10", "Port": 80}]
    )
    code, document = plan("1.1.0")
    found = checks(document)

    assert code == 5
    assert found["alarms"][1].startswith("already in ALARM: orders-lost")
    assert found["live side"][1].startswith("wanted 2 healthy targets, found 1 healthy")


def test_an_alarm_that_is_ignored_for_a_reason_stops_nothing() -> None:
    set_alarm("orders-lost", "ALARM")
    ignored = ("--ignore-alarm", "orders-lost", "--override", "live burns")

    assert plan("1.1.0", *ignored)[0] == 0


def test_a_freeze_stops_it_unless_it_is_said_why_it_cannot_wait(shop: Automation) -> None:
    settle(shop, freezes=[{"cron": "* * * * *", "minutes": 60}])

    assert complaint("1.1.0")[0] == "freeze"
    assert plan("1.1.0", "--override", "live burns")[0] == 0


def test_a_lease_that_is_held_stops_it_or_has_it_wait(shop: Automation) -> None:
    shop.hold(acquired_at="then")
    code, document = plan("1.1.0", "--on-busy", "queue")

    assert complaint("1.1.0")[1].startswith("shop: shop-1.1.0-0123456789ab holds the lease since")
    assert (code, checks(document)["lease"][0]) == (0, "waits")
    assert checks(document)["lease"][1].endswith("it waits for its turn, as number 1")


@pytest.mark.parametrize(("phase", "is_well"), [("standby", "ok"), ("closing", "waits")])
def test_a_standby_ends_for_it(shop: Automation, phase: str, is_well: str) -> None:
    shop.hold(phase=phase)
    code, document = plan("1.1.0")

    assert (code, checks(document)["lease"][0]) == (0, is_well)
    assert "the standby of shop-1.1.0-0123456789ab" in checks(document)["lease"][1]


def test_a_stop_of_everything_stops_it() -> None:
    Told("stop-all", "--reason", "an incident", "--by", "alice")

    assert complaint("1.1.0")[0] == "stop"


def test_a_split_that_was_left_stops_it(shop: Automation) -> None:
    whole_on_blue(shop, green=50)

    assert complaint("1.1.0")[0] == "sides"


def test_a_release_that_is_not_there_stops_it_and_the_rest_is_looked_at() -> None:
    code, document = plan("--version", "9.9.9")

    assert complaint("9.9.9")[1].startswith("s3://artifacts/shop/9.9.9/release.json: not found")
    assert (code, checks(document)["sides"][0], "steps" in document) == (5, "ok", False)


def test_what_may_not_be_read_is_unknown_and_that_is_not_well(
    shop: Automation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://127.0.0.1:1")
    once = Config(retries={"total_max_attempts": 1})
    monkeypatch.setattr("viridian_cli.account.CLIENT", once)
    code, document = plan("1.1.0")

    assert (code, checks(document)["sides"][0]) == (5, "unknown")


def test_a_release_that_failed_before_is_not_uploaded_again_unless_it_is_said(
    shop: Automation,
) -> None:
    failed = {"id": "shop-1.2.0-x", "release": {"service": "shop", "version": "1.2.0"}}
    release = {"bundle": None, "image": IMAGE, **failed["release"]}  # type: ignore[dict-item]
    kept = json.dumps({**failed, "release": release})
    shop.keep("DEPLOYMENT#shop-1.2.0-x", ending="DeploymentReverted", deployment=kept)
    pushed = ("--image", IMAGE, "--version", "1.2.0")

    assert complaint(*pushed)[0] == "failed before"
    assert plan(*pushed, "--again")[0] == 0


def test_a_folder_is_planned_before_it_is_uploaded(shop: Automation, tmp_path: Path) -> None:
    manifest = {"service": "shop", "version": "1.3.0", "cpu": 1024, "memory": 2048}
    (tmp_path / "release.json").write_text(json.dumps(manifest))
    (tmp_path / "app.py").write_text("print('hello')\n")

    for given in (tmp_path, tmp_path / "release.json"):
        code, document = plan(str(given))
        assert (code, document["version"]) == (0, "1.3.0")
        hours = document["overlap"]
        assert hours["vcpu_hours"] == hours["task_hours"]
        assert hours["gb_hours"]["most"] == pytest.approx(2 * hours["task_hours"]["most"])


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["1.1.0", "--version", "1.2.0"], "give RELEASE, or --version"),
        (["--image", IMAGE], "--image needs --version"),
        (["FOLDER"], "is a release of 'orders', not 'shop'"),
    ],
)
def test_what_is_no_one_release_is_a_wrong_call(
    tmp_path: Path, given: list[str], complaint: str
) -> None:
    manifest = {"service": "orders", "version": "1", "command": ["x"]}
    (tmp_path / "release.json").write_text(json.dumps(manifest))
    told = Told("plan", "shop", *(str(tmp_path) if arg == "FOLDER" else arg for arg in given))

    assert (told.code, complaint in told.err) == (2, True), told.err


def test_the_steps_their_times_and_the_overlap_are_told() -> None:
    _, document = plan("1.1.0")

    assert [(s["percent"], s["bake_seconds"], s["seconds"]) for s in document["steps"]] == [
        (10, 12, {"least": 14, "most": 42}),
        (50, 90, {"least": 92, "most": 120}),
        (100, 12, {"least": 34, "most": 62}),
    ]
    assert document["seconds"]["until_promoted"] == {"least": 140, "most": 344}
    assert document["seconds"]["after_promotion"] == {"least": 605, "most": 725}
    assert document["overlap"] == {
        "tasks": 2,
        "task_hours": {"least": 0.207, "most": 0.297},
        "vcpu_hours": {"least": 0.103, "most": 0.148},
        "gb_hours": {"least": 0.414, "most": 0.594},
    }


def test_who_is_asked_on_the_way_is_told(shop: Automation) -> None:
    people = [{"name": "go", "at": "before_shift", "deadline_seconds": 600, "percent": 50}]
    shop.registration = {**shop.registration, "hooks": [target_of("load")]}
    settle(shop, **asking({"at": "after_ready"}, approvals=people))
    _, document = plan("1.1.0")

    assert [(e["percent"], e["key"], e["who"]) for e in document["asked"]] == [
        (10, "load", "function"),
        (50, "go", "people"),
    ]


def test_a_person_reads_it_in_words() -> None:
    told = Told("plan", "shop", "1.1.0")

    assert told.out.startswith("it can begin\n")
    assert "until promoted" in told.out
    assert "2 min 20 s to 5 min 44 s" in told.out
    assert "a bake of 90 s, in all 1 min 32 s to 2 min 0 s" in told.out
    assert "overlap, vcpu hours" in told.out


def test_a_task_of_unknown_size_stops_nothing(shop: Automation) -> None:
    template = shop.registration["template"].replace(":4", ":9")
    shop.registration = {**shop.registration, "template": template}
    settle(shop)
    code, document = plan("1.1.0")

    assert (code, checks(document)["task size"][0]) == (0, "skipped")
    assert (document["overlap"]["tasks"], document["overlap"]["gb_hours"]) == (2, None)
