"""Which deployment is followed, and with which code its ending is left."""

import pytest

from tests.cli.automation import ID, Automation
from tests.cli.conftest import Told


@pytest.fixture
def ended(automation: Automation) -> Automation:
    """An execution that is over, of which moto says that it was stopped."""
    automation.start()
    arn = automation.machine.replace(":stateMachine:", ":execution:")
    automation.states.stop_execution(executionArn=f"{arn}:{ID}")
    return automation


def test_where_nothing_deploys_there_is_nothing_to_follow(automation: Automation) -> None:
    automation.hold(phase="standby")

    told = Told("watch")

    assert (told.code, told.err[:21]) == (5, "no deployment runs: v")


def test_of_several_that_run_one_has_to_be_named(automation: Automation) -> None:
    automation.hold()
    automation.register("other", automation.registration)
    automation.hold(service="other", deployment_id="other-1")

    told = Told("watch")

    assert (told.code, told.err) == (
        1,
        f"more than one deployment runs, name one: other-1, {ID}\n",
    )


@pytest.mark.parametrize(
    ("members", "code", "line"),
    [
        ({"ending": "DeploymentPromoted", "cause": "it is live"}, 0, "Promoted: it is live"),
        ({"ending": "DeploymentReverted", "cause": "worse"}, 3, "DeploymentReverted: worse"),
        ({"ending": "RestoreHeld", "cause": "no target"}, 4, "RestoreHeld: no target"),
        (
            {
                "ending": "DeploymentPromoted",
                "standby_ending": "StandbyRestored",
                "standby_cause": "an alarm",
            },
            3,
            "StandbyRestored: an alarm",
        ),
        (
            {"ending": "DeploymentStopped", "standby_ending": "RestoreUnverified"},
            4,
            "RestoreUnverified",
        ),
        ({"ending": "DeploymentPromoted", "standby_ending": "StandbyRetired"}, 0, "Promoted"),
        ({}, 3, "its execution was stopped by hand: the guardian makes the traffic whole"),
    ],
)
def test_how_it_ended_is_the_code(
    ended: Automation, members: dict[str, str], code: int, line: str
) -> None:
    ended.keep(f"DEPLOYMENT#{ID}", version="1.1.0", **members)

    told = Told("watch", ID)

    assert (told.code, line in told.out) == (code, True), told.out
    assert Told("watch", ID, "--json").document["version"] == "1.1.0"
