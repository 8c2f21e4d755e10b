"""What each control does to each lease, and says."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from tests.fakes import FakeLeases
from viridian.core.control import OF_EVERYTHING, Action, Control
from viridian.core.hold import Stop
from viridian.core.lease import CLOSE_GATE, HURRY, PAUSE, RESUME, Lease, Write
from viridian.core.order import Order, Wake, order, way_back
from viridian.core.sides import Production

NOW = 1_800_000_000
BAKING = Lease("shop", fence=1, deployment_id="one", phase="deploying", candidate_percent=10)
PREPARING = replace(BAKING, candidate_percent=0)
STANDBY = replace(BAKING, phase="standby", candidate_percent=100)
CLOSING = replace(STANDBY, phase="closing")
PAUSED = replace(BAKING, paused="paused by bob: why", pause_ends=NOW + 60)
STOP = Stop(NOW, "bob", "a flood", "request")
ACTIONS = [action for action in Action if action not in OF_EVERYTHING]


def ask(action: str, lease: Lease, stop: Stop | None = None, **members: str) -> Order:
    percent = 10 if action == "skip" else None
    control = Control(action, "alice", "because", "shop", percent=percent, **members)
    return order(control, lease, stop, now=NOW)


def every_lease() -> Iterator[Lease]:
    phases = [PREPARING, BAKING, STANDBY, CLOSING, replace(BAKING, phase="held"), Lease("shop")]
    for lease, breach, paused in product(phases, (None, "bad"), (None, "paused by bob: why")):
        ends = NOW + 60 if paused else None
        yield replace(lease, breach=breach, paused=paused, pause_ends=ends)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_control_that_comes_twice_does_nothing_more_and_says_so(action: str) -> None:
    leases = FakeLeases()
    for lease in every_lease():
        first = ask(action, lease)
        leases.items["shop"] = lease
        if first.write:
            leases.change(lease, first.write, first.values)

        second = ask(action, leases.get("shop"))
        assert second.write is None
        assert "nothing was changed" in second.did


@pytest.mark.parametrize("action", ACTIONS)
def test_only_a_deployment_that_deploys_or_is_on_standby_is_changed(action: str) -> None:
    for lease in every_lease():
        if lease.phase in ("held", None):
            assert (ask(action, lease).write, ask(action, lease).wake) == (None, Wake.NO)


@pytest.mark.parametrize(
    ("action", "lease", "write", "then"),
    [
        ("abort", BAKING, CLOSE_GATE, "back to the live side"),
        ("abort", PREPARING, CLOSE_GATE, "candidate is rejected; production is as it was"),
        ("rollback", BAKING, CLOSE_GATE, "back to the live side"),
        ("rollback", STANDBY, CLOSE_GATE, "back to the former live"),
        ("rollback", CLOSING, CLOSE_GATE, "back to the former live"),
        ("abort", PAUSED, CLOSE_GATE, "back to the live side"),
        ("pause", BAKING, PAUSE, "stays at 10 %"),
        ("pause", STANDBY, PAUSE, "The former live is kept"),
        ("resume", PAUSED, RESUME, "goes on"),
        ("skip", BAKING, HURRY, "unless it fails or an alarm fires"),
        ("ship", PREPARING, HURRY, "unless it fails or an alarm fires"),
    ],
)
def test_what_is_done_and_what_comes_next_is_told(
    action: str, lease: Lease, write: Write, then: str
) -> None:
    found = ask(action, lease)

    assert (found.write, "one" in found.did) == (write, True)
    assert then in found.next


@pytest.mark.parametrize(
    ("action", "lease", "did"),
    [
        ("abort", STANDBY, "one was promoted"),
        ("pause", CLOSING, "the standby of one ends for the next deployment"),
        ("pause", replace(BAKING, pause_ends=NOW), "was paused for as long as it may be"),
        ("pause", replace(BAKING, breach="bad"), "is going back already (bad)"),
        ("skip", replace(BAKING, candidate_percent=50), "is at 50 %, not at 10 %"),
        ("skip", PAUSED, "paused by bob: why"),
        ("ship", STANDBY, "one was promoted, it has no bake left"),
        ("rollback", replace(Lease("shop"), fence=3), "no deployment of shop is in progress"),
        ("rollback", Lease("shop"), "no deployment of shop was ever seen"),
        ("abort", Lease("shop", fence=3, candidate_percent=50, moved_by="x"), "x left 50 %"),
    ],
)
def test_what_does_not_fit_is_told_and_changes_nothing(action: str, lease: Lease, did: str) -> None:
    assert did in ask(action, lease).did
    assert ask(action, lease).write is None


def test_a_control_for_a_deployment_that_has_ended_leaves_the_next_alone() -> None:
    found = ask("abort", BAKING, deployment_id="former")

    assert (found.write, found.wake) == (None, Wake.NO)
    assert found.did == "one is in progress, not former; nothing was changed"


def test_a_bake_is_not_ended_while_everything_is_stopped() -> None:
    assert ask("ship", BAKING, STOP).write is None
    assert "go ends that" in ask("resume", PAUSED, STOP).next


def test_a_pause_is_at_most_eight_hours_in_all() -> None:
    assert ask("pause", BAKING).values[":ends"] == NOW + 28_800
    assert ask("pause", replace(BAKING, pause_ends=NOW + 60)).values[":ends"] == NOW + 60


def test_an_abort_whose_wait_was_not_ended_ends_it_when_asked_again() -> None:
    assert ask("abort", replace(BAKING, breach="aborted by alice: because")).wake is Wake.GO_BACK


def test_the_way_back_after_the_window_names_the_former_release_and_the_request() -> None:
    live = Production("1.1.0", "green", "two", "before", "noon")
    former = Production("1.0.0", "blue", "one", "before", "then")

    found = way_back("shop", live, former)

    assert found["request"] == {"service": "shop", "version": "1.0.0"}
    assert "1.1.0 is live since noon. The way back is a deployment of the former" in found["next"]
    assert '1.0.0: start the deployment machine with {"service": "shop"' in found["next"]
    assert "none is recorded" in way_back("shop", live, None)["next"]
