"""The guardian's rule: who acts for a lease, and where it goes on when nobody does."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viridian.core.errors import RestoreUnverified
from viridian.core.execution import Execution
from viridian.core.guardian import (
    MOST_LEASES,
    Entry,
    Machine,
    concerns,
    executions_of,
    guardian_name,
    in_turn,
    take_over,
    unsaid,
)
from viridian.core.lease import Lease
from viridian.core.record import END_STANDBY_UNSAID, END_UNSAID, Kept
from viridian.core.sides import Production

INSPECTED = Kept({"id": "one"}, {"rule_arn": "arn:rule"})
ADMITTED = Kept({"id": "one"}, None)
ITS_OWN = Production("1.1.0", "green", "one", "asked", "noon")
FORMER = Production("1.0.0", "blue", "zero", "before", "then")
STOPPED = Execution("one", "ABORTED", cause="wrong release")


def lease(phase: str = "deploying", **members: Any) -> Lease:
    return Lease("shop", **{"fence": 7, "deployment_id": "one", "phase": phase, **members})


def test_a_deployment_that_was_inspected_is_restored() -> None:
    plan = take_over(lease(candidate_percent=50), INSPECTED, FORMER, [STOPPED])

    assert (plan.entry, plan.ending) == (Entry.RESTORE, "DeploymentStopped")
    assert plan.breach == plan.cause == "one was stopped by hand (wrong release)"
    assert plan.request(8) == {
        "entry": "restore",
        "deployment": INSPECTED.deployment,
        "sides": INSPECTED.sides,
        "fence": 8,
        "promoted_at": None,
        "cause": "one was stopped by hand (wrong release)",
    }


def test_a_deployment_that_touched_nothing_only_gives_its_lease_back() -> None:
    plan = take_over(lease(), ADMITTED, FORMER, [])

    assert (plan.entry, plan.ending) == (Entry.RELEASE, "DeploymentStopped")
    assert plan.breach == "no execution of it runs"


@pytest.mark.parametrize("phase", ["standby", "closing"])
def test_a_promotion_stands_and_its_window_goes_on(phase: str) -> None:
    plan = take_over(lease(phase, candidate_percent=100), INSPECTED, ITS_OWN, [STOPPED])

    assert (plan.entry, plan.ending, plan.breach) == (Entry.SOAK, "DeploymentPromoted", None)
    assert plan.request(8)["promoted_at"] == "noon"


@pytest.mark.parametrize(
    ("held", "production"),
    [
        (lease("standby", breach="5xx"), ITS_OWN),
        (lease("standby"), FORMER),  # stopped between both writes of Promote, or put back
        (lease("standby"), None),
        (lease("deploying"), ITS_OWN),
    ],
)
def test_a_promotion_with_a_breach_or_without_its_record_goes_back(
    held: Lease, production: Production | None
) -> None:
    assert take_over(held, INSPECTED, production, []).entry is Entry.RESTORE


@pytest.mark.parametrize("kept", [None, ADMITTED])
def test_a_split_of_which_nothing_is_kept_is_not_called_whole(kept: Kept | None) -> None:
    with pytest.raises(RestoreUnverified, match="shop: nothing is kept of one"):
        take_over(lease(candidate_percent=50), kept, None, [])


def test_a_cause_says_what_became_of_each_execution() -> None:
    seen = [
        Execution("one", "FAILED", "States.Runtime", "too deep"),
        Execution("one", "TIMED_OUT"),
        Execution("one", "TIMED_OUT"),
    ]

    assert take_over(lease(), ADMITTED, None, seen).cause == (
        "one failed (States.Runtime: too deep); one passed its time limit"
    )


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE", "what AWS adds one day"])
def test_what_is_not_known_to_be_over_runs(status: str) -> None:
    assert not Execution("one", status).is_over


def test_whoever_starts_another_is_looked_at_before_it() -> None:
    """It ends after it has started it, so one of both is seen to run."""
    handed_on = [
        (Machine.DEPLOY, "one"),
        (Machine.STANDBY, "one"),
        (Machine.STANDBY, "one-guardian-7"),
    ]

    assert [*executions_of(lease())] == handed_on
    for phase in ("standby", "closing"):
        first, *rest = executions_of(lease(phase))
        assert (first, rest) == ((Machine.STANDBY, "one"), handed_on), "most often one look"


def test_an_event_concerns_the_lease_of_its_deployment_under_its_fence() -> None:
    names = ("one", "one-guardian-7", "one-guardian-6", "another")

    assert [concerns(lease(), name) for name in names] == [True, True, False, False]


@given(st.text("ab-", min_size=1, max_size=80), st.integers(1, 10**9))
def test_a_guardians_execution_has_a_name_that_aws_takes(deployment_id: str, fence: int) -> None:
    name = guardian_name(deployment_id, fence)

    assert len(name) <= 80
    assert name.endswith(f"-guardian-{fence}")
    assert len(deployment_id) > 50 or name.startswith(deployment_id)


@given(st.integers(0, 2_000), st.integers(0, 10**8))
def test_each_lease_has_its_turn_and_no_minute_too_many(count: int, minute: int) -> None:
    held = [Lease(str(number)) for number in range(count)]
    rounds = -(-count // MOST_LEASES)
    turns = [in_turn(held, minute=minute + later) for later in range(rounds)]

    assert all(len(turn) <= MOST_LEASES for turn in turns)
    assert Counter(each.service for turn in turns for each in turn) == Counter(
        map(str, range(count))
    )


ASKED = {"service": "shop", "version": "1.1.0"}
SOAK = {"entry": "soak", "deployment": {"service": "shop", "id": "one"}}


def soak(**members: Any) -> dict[str, Any]:
    return {**SOAK, "deployment": {"service": "shop", **members}}


@pytest.mark.parametrize(
    ("status", "error", "live", "ending"),
    [
        ("SUCCEEDED", None, FORMER, "DeploymentPromoted"),
        ("FAILED", "DeploymentReverted", ITS_OWN, "DeploymentReverted"),
        ("ABORTED", "wrong", ITS_OWN, "DeploymentPromoted"),
        ("TIMED_OUT", None, ITS_OWN, "DeploymentPromoted"),
    ],
)
def test_a_deployment_ended_as_its_execution_says_or_else_as_what_is_live_says(
    status: str, error: str | None, live: Production | None, ending: str
) -> None:
    found = unsaid(Machine.DEPLOY, Execution("one", status, error, "why", ASKED), lambda _: live)

    assert found is not None
    assert (found.service, found.deployment_id, found.write) == ("shop", "one", END_UNSAID)
    assert (found.ending, found.cause) == (ending, "why")


@pytest.mark.parametrize(
    ("status", "error", "ending"),
    [("SUCCEEDED", None, "StandbyRetired"), ("FAILED", "RestoreHeld", "RestoreHeld")],
)
def test_a_standby_ended_as_its_execution_says(status: str, error: str, ending: str) -> None:
    execution = Execution("one-guardian-8", status, error, None, SOAK)
    found = unsaid(Machine.STANDBY, execution, lambda _: None)

    assert found is not None
    assert (found.deployment_id, found.write) == ("one", END_STANDBY_UNSAID)
    assert (found.ending, found.cause) == (ending, str(execution))


@pytest.mark.parametrize(
    ("machine", "execution"),
    [
        (Machine.DEPLOY, Execution("one", "RUNNING", request=ASKED)),
        (Machine.STANDBY, Execution("one", "ABORTED", request=SOAK)),
        (Machine.STANDBY, Execution("one", "FAILED", "States.Runtime", request=SOAK)),
        (Machine.DEPLOY, Execution("one", "ABORTED", request=ASKED)),
        (Machine.DEPLOY, Execution("one", "FAILED", "States.Runtime", request=ASKED)),
        (Machine.DEPLOY, Execution("one", "ABORTED", request={"service": ["shop"]})),
        (Machine.DEPLOY, Execution("one", "SUCCEEDED", request={"service": "s" * 5_000})),
        (Machine.STANDBY, Execution("one", "SUCCEEDED", request=soak(id="i" * 81))),
        (Machine.STANDBY, Execution("one", "SUCCEEDED", request=soak(id=10**5_000))),
        (Machine.DEPLOY, Execution("one", "ABORTED")),
        (Machine.STANDBY, Execution("one", "SUCCEEDED", request={"deployment": "one"})),
    ],
    ids=[
        "runs",
        "taken over",
        "broke",
        "stopped",
        "no ending",
        "no service",
        "no service's name",
        "no execution's name",
        "no name",
        "no request",
        "not ours",
    ],
)
def test_what_still_runs_is_taken_over_or_never_was_one_of_ours_has_no_ending_to_tell(
    machine: Machine, execution: Execution
) -> None:
    assert unsaid(machine, execution, lambda _: None) is None
