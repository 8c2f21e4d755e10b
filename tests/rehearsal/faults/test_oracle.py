"""The oracle sees each thing that must not be, and says nothing of a deployment that went well."""

from dataclasses import replace
from typing import Any

import pytest

from rehearsal.faults.facts import Execution, Facts, Fleet
from rehearsal.faults.oracle import complaints, notes
from rehearsal.traffic.answers import Answer

RESTORED_AT = 100.0
LIVE, IDLE = Fleet(100, 2, 2, 2, is_free=True), Fleet(0, 1, 1, 1, is_free=False)
PINNED = replace(LIVE, is_free=False)


def split(blue: int, green: int) -> dict[str, Fleet]:
    return {"blue": replace(PINNED, weight=blue), "green": replace(PINNED, weight=green)}


REVERTED = Execution(
    "deploy",
    "shop-2",
    "FAILED",
    "DeploymentReverted",
    "an alarm",
    (("ShiftTraffic", 90.0), ("DrainCandidate", RESTORED_AT)),
)
PROMOTED = Execution(
    "deploy", "shop-2", "SUCCEEDED", "", "", (("Promote", 95.0), ("DeploymentPromoted", 99.0))
)
RETIRED = Execution("standby", "shop-2", "SUCCEEDED", "", "", (("StandbyRetired", 110.0),))
HELD = replace(REVERTED, error="RestoreHeld")


def answers(version: str, at: float, status: int = 200) -> tuple[Answer, ...]:
    return (Answer(at, 0.01, status, version),)


def reverted(**changes: Any) -> Facts:
    """A deployment that was reverted as it should be, but for these changes."""
    facts = Facts(
        former_version="1",
        former_colour="blue",
        candidate_versions=("2",),
        sides={"blue": LIVE, "green": IDLE},
        lease={"fence": 3, "candidate_percent": 0},
        production={},
        records={"shop-2": {"ending": "DeploymentReverted"}},
        executions=(REVERTED,),
        pages=("shop: DeploymentReverted",),
        answers=(*answers("2", 99.0), *answers("1", 120.0)),
    )
    return replace(facts, **changes)


def promoted(**changes: Any) -> Facts:
    """A deployment that was promoted, and its standby retired."""
    facts = reverted(
        sides={"blue": IDLE, "green": LIVE},
        production={"colour": "green", "version": "2"},
        records={"shop-2": {"ending": "DeploymentPromoted", "standby_ending": "StandbyRetired"}},
        executions=(PROMOTED, RETIRED),
        pages=(),
        answers=answers("2", 120.0),
    )
    return replace(facts, **changes)


def held(**changes: Any) -> Facts:
    """Traffic left where it was, for a person who was told."""
    facts = reverted(
        sides=split(50, 50),
        lease={"deployment_id": "shop-2", "phase": "held", "candidate_percent": 50},
        records={"shop-2": {"ending": "RestoreHeld"}},
        executions=(HELD,),
        pages=("shop: RestoreHeld",),
    )
    return replace(facts, **changes)


@pytest.mark.parametrize("facts", [reverted(), promoted(), held()])
def test_what_went_well_has_no_complaint(facts: Facts) -> None:
    assert complaints(facts) == []


def test_what_stays_pinned_with_a_side_that_was_not_retired_costs_money_and_nothing_else() -> None:
    """It is not let go by whoever may have lost the lease: what is pinned is safe."""
    facts = reverted(sides={"blue": PINNED, "green": replace(PINNED, weight=0)})

    assert complaints(facts) == []
    assert notes(facts) == ["the idle side was left at 2 tasks"]


def test_what_a_person_moved_last_is_theirs() -> None:
    assert complaints(reverted(sides=split(90, 10), moved_in="ReleaseLease")) == []


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        (reverted(sides=split(50, 50)), "traffic is split"),
        (reverted(sides={"blue": replace(LIVE, healthy=0), "green": IDLE}), "0 healthy of 2"),
        (promoted(sides={"blue": IDLE, "green": replace(LIVE, desired=1)}), "was shrunk to 1"),
        (reverted(sides={"blue": PINNED, "green": IDLE}), "left pinned on blue"),
        (promoted(sides={"blue": IDLE, "green": replace(LIVE, least=1)}), "green, at 1 at least"),
        (reverted(is_unhurt=True), "a good release was turned back"),
        (reverted(answers=(*answers("2", 101.0), *answers("1", 120.0))), "after the restore"),
        (reverted(answers=answers("2", 99.0)), "2 answers, wanted 1"),
        (promoted(answers=answers("1", 120.0)), "1 answers, wanted 2"),
        (reverted(answers=answers("1", 120.0, 502)), "1 requests failed, 502 first"),
        (reverted(lease={"waits": {}}), "left on the lease"),
        (reverted(lease={"breach": "an alarm"}), "left on the lease"),
        (reverted(lease={"candidate_percent": 50}), "the lease still says 50 %"),
        (held(lease={"phase": "deploying"}), "the lease is not held"),
        (held(pages=()), "nobody was told of RestoreHeld"),
        (reverted(pages=()), "nobody was told of DeploymentReverted"),
        (promoted(pages=("shop: StandbyRetired",)), "people were told of StandbyRetired"),
        (reverted(records={"shop-2": {}}), "ended DeploymentReverted, recorded None"),
        (promoted(production={}), "nothing is recorded as live"),
        (reverted(production={"colour": "green", "version": "2"}), "green is recorded as live"),
        (promoted(production={"colour": "green", "version": "1"}), "1 is recorded as live"),
        (reverted(executions=(replace(REVERTED, status="RUNNING"),)), "deploy still runs"),
        (reverted(executions=(replace(REVERTED, error="States.Runtime"),)), "deploy broke"),
    ],
)
def test_what_must_not_be_is_seen(facts: Facts, complaint: str) -> None:
    assert [said for said in complaints(facts) if complaint in said]


def test_what_a_bad_release_cost_before_the_restore_is_no_complaint() -> None:
    lost = (*answers("2", 99.0, 500), *answers("1", 120.0))
    assert complaints(reverted(answers=lost, is_bad=True)) == []
    assert complaints(reverted(answers=lost)) == ["1 requests failed, 500 first"]
    assert complaints(promoted(is_bad=True)) == ["a bad release was promoted"]


def test_what_a_dying_task_cost_is_no_complaint() -> None:
    lost = (*answers("1", 110.0, 502), *answers("1", 120.0))
    assert complaints(reverted(answers=lost, killed_at=109.5)) == []
    assert complaints(reverted(answers=lost, killed_at=80.0)) == ["1 requests failed, 502 first"]


STOPPED = replace(REVERTED, status="ABORTED", error="", cause="")
GUARDIAN = Execution(
    "standby", "shop-2-guardian-2", "FAILED", "DeploymentStopped", "", (("VerifyRestored", 100.0),)
)
TAKEN_OVER = {"ending": "DeploymentStopped", "standby_ending": "DeploymentStopped"}


def test_what_is_redriven_after_the_guardian_went_on_is_not_recorded() -> None:
    lost = replace(REVERTED, error="LeaseLost")
    facts = reverted(
        executions=(lost, GUARDIAN),
        records={"shop-2": TAKEN_OVER},
        pages=("shop: DeploymentStopped: ...",),
    )

    assert complaints(facts) == []
    assert complaints(replace(facts, executions=(lost,))) != []


def test_an_execution_that_was_stopped_once_it_held_the_lease_leaves_it_held() -> None:
    facts = reverted(
        executions=(STOPPED,),
        lease={"deployment_id": "shop-2", "phase": "held"},
        records={"shop-2": {"ending": "RestoreHeld"}},
        pages=("shop-2: ABORTED",),
    )

    assert complaints(facts) == []
    assert complaints(replace(facts, lease={})) != []
    assert complaints(replace(facts, pages=())) == ["nobody was told of ABORTED"]


def test_a_standby_that_was_stopped_once_it_had_restored_is_undone() -> None:
    facts = reverted(
        executions=(PROMOTED, replace(STOPPED, machine="standby")),
        records={"shop-2": {"ending": "DeploymentPromoted", "standby_ending": "StandbyRestored"}},
        pages=("ABORTED",),
    )

    assert complaints(facts) == []
