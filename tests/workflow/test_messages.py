"""What people are told of an ending, as SNS gets it: each once, and only who is to act."""

import json
from typing import Any

import pytest
from sfnx.testing import Execution, Failure

from tests.workflow.conftest import DEPLOYMENT, World, lambda_failure
from tests.workflow.test_hooks import arguments_of
from viridian.core.ending import ENDINGS

BUG = lambda_failure("KeyError", "'boom'")
BREACH = Failure("CandidateBreached", "shop-green-5xx: ALARM, 12 % of 200")
STALE = lambda_failure("FenceStale", "8 leads")
DEPLOYED: dict[str, dict[str, Failure]] = {
    "DeploymentPromoted": {},
    "RequestRejected": {"AdmitRequest": lambda_failure("RequestInvalid", "input.steps: …")},
    "DeploymentRefused": {"AcquireLease": lambda_failure("LeaseHeld", "shop-1.0.9-b has it")},
    "PreflightFailed": {"InspectLive": BUG},
    "CandidateRejected": {"SmokeTest": BUG},
    "DeploymentReverted": {"Bake": BREACH},
    "RestoreHeld": {"Bake": BREACH, "RestoreTraffic": lambda_failure("RestoreHeld", "0 of 2")},
    "RestoreUnverified": {"Bake": BREACH, "VerifyRestored": BUG},
    "LeaseLost": {"ShiftTraffic": STALE},
}
STOOD_BY: dict[str, dict[str, Failure]] = {
    "StandbyRetired": {},
    "StandbyRestored": {"WatchStandby": BUG},
    "LeaseLost": {"WatchStandby": STALE},
}


def test_an_ending_is_told_once_if_somebody_is_to_act() -> None:
    told = {}
    for ending, failures in DEPLOYED.items():
        told[ending] = messages(after(failures).deploy(), ending)
    for ending, failures in STOOD_BY.items():
        world = after({})
        world.deploy()
        for state, failure in failures.items():
            world.says(state, failure)
        told[ending] = messages(world.watch(), ending)
    world.says("WatchStandby", None)
    told["DeploymentStopped"] = messages(
        world.watch(entry="restore", cause="stopped"), "DeploymentStopped"
    )

    assert told == {n: int(not e.who_acts.startswith("nobody")) for n, e in ENDINGS.items()}


def test_who_was_superseded_has_a_newer_one_in_its_place() -> None:
    newer = lambda_failure("DeploymentSuperseded", "by shop-1.2.0-c")

    assert not messages(after({"AcquireLease": newer}).deploy(), "DeploymentRefused")


def test_a_telephone_shows_what_where_since_when_why_and_what_to_do() -> None:
    message = told_of(after({"Bake": BREACH}).deploy())

    assert message["Subject"] == "shop: DeploymentReverted"
    assert message["MessageStructure"] == "json"
    assert json.loads(message["Message"])["default"].split("\n\n") == [
        "shop 1.1.0: DeploymentReverted",
        "Production: back on the live side, seen. Why: CandidateBreached: "
        "shop-green-5xx: ALARM, 12 % of 200",
        "Since 2026-01-01T00:00:00.000Z, deployment shop-1.1.0-abc.",
        "What to do: the release's author: the cause carries the breach; docs/runbook.md, "
        "DeploymentReverted.",
        "https://console.aws.amazon.com/s3/object/${ArtifactBucketName}?region=us-east-1"
        f"&prefix=deployments/shop/{DEPLOYMENT['id']}/report.html",
    ]


def test_a_chat_gets_its_custom_notification() -> None:
    message = told_of(after({"Bake": BREACH}).deploy())
    notification = json.loads(json.loads(message["Message"])["https"])

    content, metadata = notification.pop("content"), notification.pop("metadata")
    assert notification == {"version": "1.0", "source": "custom"}
    assert content.pop("description").startswith("Production: back on the live side, seen. Why: ")
    assert content == {
        "textType": "client-markdown",
        "title": "shop 1.1.0: DeploymentReverted",
        "nextSteps": [
            "the release's author: the cause carries the breach; docs/runbook.md, "
            "DeploymentReverted"
        ],
        "keywords": ["shop"],
    }
    assert (metadata["threadId"], metadata["eventType"]) == ("shop-1.1.0-abc", "DeploymentReverted")


@pytest.mark.parametrize(
    "request_", [[], {"service": {"a": "b"}, "version": 1}, {"service": "a\nb", "version": "1\n"}]
)
def test_what_nobody_can_read_is_told_of_without_what_it_says(request_: Any) -> None:
    message = told_of(after(DEPLOYED["RequestRejected"]).deploy(request_))

    assert message["Subject"] == "unknown: RequestRejected"


def test_a_function_s_error_is_told_in_its_words() -> None:
    message = told_of(after({"VerifyRestored": BUG, "Bake": BREACH}).deploy())

    assert "Why: KeyError: 'boom'\n" in json.loads(message["Message"])["default"]


def test_a_message_is_cut_and_an_sns_message_never_too_long() -> None:
    failure = lambda_failure("SmokeTestFailed", "€" * 30_000)

    message = told_of(after({"SmokeTest": failure}).deploy())["Message"]

    assert len(message.encode()) < 20_000


def after(failures: dict[str, Failure]) -> World:
    """A world in which these states fail."""
    world = World()
    for state, failure in failures.items():
        world.says(state, failure)
    return world


def told_of(execution: Execution) -> dict[str, Any]:
    """What SNS gets."""
    told: dict[str, Any] = arguments_of(execution, "PageOperators")
    return told


def messages(execution: Execution, ending: str) -> int:
    """How many were sent by an execution that ended so."""
    assert execution.states[-1] == ending
    return execution.states.count("PageOperators")
