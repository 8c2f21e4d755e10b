"""What a deployment needs is looked at; what is wrong or unknown is told with what to do."""

from typing import Any

import boto3
import pytest

from tests.cli.automation import Automation, make_alarms, make_fleets, set_alarm
from tests.cli.conftest import Told
from tests.core.shop import changed
from viridian.core.owned import MANAGED


@pytest.fixture(autouse=True)
def alarms(automation: Automation) -> None:
    make_alarms()
    make_fleets(automation)


def found() -> tuple[int, dict[str, tuple[str, str]]]:
    told = Told("doctor", "--json")
    findings: list[dict[str, Any]] = told.document
    return told.code, {each["check"]: (each["is_well"], each["found"]) for each in findings}


def test_all_is_well() -> None:
    code, findings = found()

    assert {check: well for check, (well, _) in findings.items() if well != "ok"} == {}
    assert code == 0
    assert findings["identity"][1].endswith(":user/moto in us-east-1")
    assert findings["shop: alarms"] == ("ok", "all 6 are OK")


@pytest.mark.parametrize(
    ("state", "is_well"), [("ALARM", "wrong"), ("INSUFFICIENT_DATA", "unknown")]
)
def test_an_alarm_that_fires_or_knows_nothing_is_not_ok(state: str, is_well: str) -> None:
    set_alarm("shop-blue-5xx", state)
    code, findings = found()

    assert (code, findings["shop: alarms"][0]) == (5, is_well)
    assert "shop-blue-5xx" in findings["shop: alarms"][1]


def test_an_alarm_that_does_not_exist_is_wrong() -> None:
    boto3.client("cloudwatch").delete_alarms(AlarmNames=["orders-lost"])

    assert found()[1]["shop: alarms"] == ("wrong", "not found: orders-lost")


def test_a_registration_that_cannot_be_read_is_wrong_and_the_others_are_looked_at(
    automation: Automation,
) -> None:
    wrong = changed(automation.registration, "service", "Other")
    automation.register("other", wrong)
    code, findings = found()

    assert (code, findings["other: registration"][0]) == (5, "wrong")
    assert "registration.service: must be" in findings["other: registration"][1]
    assert findings["shop: alarms"][0] == "ok"


@pytest.mark.parametrize("of", ["rule", "green"])
def test_what_viridian_may_not_change_is_wrong(automation: Automation, of: str) -> None:
    arn = getattr(automation.balancer, of)
    boto3.client("elbv2").remove_tags(ResourceArns=[arn], TagKeys=[MANAGED])

    assert found()[1]["shop: tags"] == ("wrong", f"no viridian:managed: true on {arn}")


def test_a_live_side_that_lacks_targets_is_wrong(automation: Automation) -> None:
    boto3.client("elbv2").deregister_targets(
        TargetGroupArn=automation.balancer.blue, Targets=[{"Id": "10.0.0.10", "Port": 80}]
    )
    code, findings = found()

    assert (code, findings["shop: live side"][0]) == (5, "wrong")


def test_what_drifted_from_what_was_promoted_is_wrong(automation: Automation) -> None:
    live = {"version": "1.0.0", "colour": "green", "deployment_id": "d", "asked_at": "a"}
    automation.keep("PRODUCTION", **live, promoted_at="p", revision="r", facts="")

    assert found()[1]["shop: sides"][0] == "wrong"


def test_a_split_that_nobody_leads_is_wrong(automation: Automation) -> None:
    groups = [
        {"TargetGroupArn": arn, "Weight": 50}
        for arn in (automation.balancer.blue, automation.balancer.green)
    ]
    boto3.client("elbv2").modify_rule(
        RuleArn=automation.balancer.rule,
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    )

    assert found()[1]["shop: rule"][0] == "wrong"
    automation.hold()
    assert found()[1]["shop: rule"][0] == "ok"


@pytest.mark.parametrize(("stacks", "is_well"), [("0.0.1", "wrong"), (None, "unknown")])
def test_another_version_or_none_is_not_ok(
    automation: Automation, stacks: str | None, is_well: str
) -> None:
    del automation.outputs["Version"]
    automation.outputs |= {"Version": stacks} if stacks else {}
    code, findings = found()

    assert (code, findings["version"][0]) == (5, is_well)


def test_a_stack_without_what_is_needed_is_wrong_and_tells_what(automation: Automation) -> None:
    del automation.outputs["StandbyMachineArn"]

    assert found()[1]["stack"] == ("wrong", "Viridian lacks StandbyMachineArn")


def test_a_stop_of_everything_is_told(automation: Automation) -> None:
    Told("stop-all", "--reason", "an incident", "--by", "alice")

    assert found()[1]["stop"] == ("wrong", "everything was stopped by alice: an incident")


def test_without_credentials_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "none-such")
    code, findings = found()

    assert code == 5
    assert {well for well, _ in findings.values()} == {"unknown"}
