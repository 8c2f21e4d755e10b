"""What people ask goes to the deployed functions, and what these say is told."""

import boto3
import pytest

from tests.cli.automation import ID, Automation
from tests.cli.conftest import Told


def test_a_pause_is_on_the_lease_under_the_caller_s_name_as_sts_tells_it(
    automation: Automation,
) -> None:
    automation.hold()

    told = Told("pause", "shop", "--reason", "the queue grows")

    assert (told.code, told.out.splitlines()[0]) == (0, f"{ID} is paused")
    assert automation.lease().paused == "paused by moto: the queue grows"


@pytest.mark.parametrize("command", ["pause", "resume", "ship", "abort", "rollback"])
def test_what_changes_nothing_says_so_and_leaves_with_5(
    automation: Automation, command: str
) -> None:
    told = Told(command, "shop", "--reason", "because", "--by", "alice")

    assert (told.code, "nothing was changed" in told.out) == (5, True)


def test_another_deployment_than_the_one_that_is_meant_is_left_alone(
    automation: Automation,
) -> None:
    automation.hold()

    assert Told("abort", "shop", "--reason", "because", "--deployment", "shop-1.0.0-x").code == 5
    assert automation.lease().breach is None


def test_a_skip_names_its_step(automation: Automation) -> None:
    automation.hold(candidate_percent=10)

    assert Told("skip", "shop", "--reason", "because").code == 2
    assert Told("skip", "shop", "--reason", "because", "--percent", "50").code == 5
    assert Told("skip", "shop", "--reason", "because", "--percent", "10").code == 0
    assert automation.lease().hurried_percent == 10


def test_everything_is_stopped_and_goes_on(automation: Automation) -> None:
    stopped = Told("stop-all", "--reason", "an incident", "--by", "alice", "--json")
    listed = Told("list")
    again = Told("stop-all", "--reason", "an incident", "--by", "bob")

    assert (stopped.code, stopped.document["changed"]) == (0, True)
    assert "everything was stopped by alice: an incident" in listed.out
    assert again.code == 5
    assert Told("go", "--reason", "over", "--by", "alice").code == 0


@pytest.mark.parametrize(("command", "verdict"), [("approve", "pass"), ("reject", "fail")])
def test_what_is_asked_is_answered_once(automation: Automation, command: str, verdict: str) -> None:
    automation.hold(hooks={"board": {"asked_at": 1}})

    assert "asks board" in Told("status", "shop").out
    assert Told(command, "shop", "--reason", "ticket", "--by", "alice").code == 0
    assert Told(command, "shop", "--reason", "ticket", "--key", "board").code == 5
    assert automation.lease().hooks["board"]["verdict"] == verdict
    assert automation.lease().hooks["board"]["said"] == "alice: ticket"


@pytest.mark.parametrize(
    "wrong", [["--reason", " starts with a space"], ["--reason", "x", "--by", "a\nb"], []]
)
def test_what_the_function_would_refuse_is_refused_before(
    automation: Automation, wrong: list[str]
) -> None:
    assert Told("pause", "shop", *wrong).code == 2


def test_what_the_function_raises_is_told_in_a_line(automation: Automation) -> None:
    boto3.client("dynamodb").delete_table(TableName="deployments")

    told = Told("pause", "shop", "--reason", "because")

    assert (told.code, told.err.splitlines()[0][:25]) == (1, "ResourceNotFoundException")
    assert len(told.err.splitlines()) == 1
