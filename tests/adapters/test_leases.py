"""Leases: the right to change one service's traffic. The same claims hold for the fake."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import product
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer

from tests.deployments_table import create_table
from tests.fakes import FakeLeases
from viridian.adapters.leases import Leases
from viridian.core.errors import (
    CandidateBreached,
    FenceStale,
    LeaseHeld,
    LeaseReleased,
    ViridianError,
)
from viridian.core.lease import Lease, lease_key

ALARMS = ("green-5xx", "elb-5xx")
Act = Callable[[Leases], Any]


@pytest.fixture
def table(aws: None) -> Leases:
    dynamodb = boto3.client("dynamodb")
    create_table(dynamodb, "deployments")
    return Leases(dynamodb, "deployments")


@pytest.fixture(params=["aws", "fake"])
def leases(request: pytest.FixtureRequest) -> Leases:
    made: Leases = FakeLeases() if request.param == "fake" else request.getfixturevalue("table")
    return made


def put(leases: Leases, **members: Any) -> None:
    """Make the shop's lease such a one."""
    lease = Lease("shop", **members)
    if isinstance(leases, FakeLeases):
        leases.items["shop"] = lease
        return
    item = {name: value for name, value in asdict(lease).items() if value is not None}
    typed = {k: TypeSerializer().serialize(v) for k, v in {**lease_key("shop"), **item}.items()}
    leases.dynamodb.put_item(TableName=leases.table, Item=typed)


def acquire(leases: Leases, deployment_id: str = "first") -> int:
    return leases.acquire("shop", deployment_id, now="2026-11-01T12:00Z", watched_alarms=ALARMS)


def go_forward(leases: Leases, fence: int = 1) -> None:
    leases.authorise_forward("shop", fence, percent=10, watched_alarms=ALARMS)


def every_lease() -> Iterator[dict[str, Any]]:
    for fence, holder, alarms, breach, waits in product(
        (1, 2), (None, "first", "second"), ((), ALARMS), (None, "old"), ({}, {"bake": "token"})
    ):
        yield {
            "fence": fence,
            "deployment_id": holder,
            "acquired_at": "then",
            "watched_alarms": alarms,
            "candidate_percent": 50,
            "breach": breach,
            "waits": waits,
        }


def outcome(act: Act, leases: Leases, members: dict[str, Any]) -> tuple[object, Lease]:
    """What an act on such a lease answers or raises, and the lease that it leaves."""
    put(leases, **members)
    try:
        answer: object = act(leases)
    except ViridianError as error:
        answer = (type(error), str(error))
    return answer, leases.get("shop")


@pytest.mark.parametrize(
    "act",
    [
        acquire,
        go_forward,
        lambda leases: leases.authorise_back("shop", 1, breach=None),
        lambda leases: leases.authorise_back("shop", 1, breach="bad"),
        lambda leases: leases.record_breach("shop", "green-5xx", "bad"),
    ],
    ids=["acquire", "forward", "back", "back from a breach", "record a breach"],
)
def test_the_table_and_the_rules_do_the_same_to_every_lease(table: Leases, act: Act) -> None:
    """So a condition of DynamoDB holds exactly when the core's rule does not raise."""
    for members in every_lease():
        assert outcome(act, table, members) == outcome(act, FakeLeases(), members), members


def test_the_first_lease_of_a_service_has_fence_1_also_when_it_asks_again(leases: Leases) -> None:
    assert [acquire(leases), acquire(leases)] == [1, 1]
    assert leases.acquire("cart", "second", now="now", watched_alarms=()) == 1, "its own"


def test_asking_again_does_not_open_a_closed_gate(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "bad")
    acquire(leases)

    with pytest.raises(CandidateBreached):
        go_forward(leases)


def test_a_lease_held_by_another_is_refused_and_the_holder_named_who_keeps_it(
    leases: Leases,
) -> None:
    acquire(leases)

    with pytest.raises(LeaseHeld, match="shop: first holds the lease since 2026-11-01T12:00Z"):
        acquire(leases, "second")
    go_forward(leases)


def test_a_new_lease_has_the_next_fence_and_nothing_of_the_one_before(leases: Leases) -> None:
    """Also where a person took away the holder alone."""
    put(leases, fence=1, breach="bad", waits={"bake": "token", "arn:green": "token"})

    assert acquire(leases, "second") == 2
    go_forward(leases, fence=2)
    assert leases.record_breach("shop", "green-5xx", "bad") == (True, None)
    assert leases.get("shop").waits == {}


@pytest.mark.parametrize("fence", [0, 1, 3])
def test_any_other_fence_moves_no_traffic_and_closes_no_gate(leases: Leases, fence: int) -> None:
    put(leases, fence=2, deployment_id="second")

    with pytest.raises(FenceStale, match=f"shop: wanted fence {fence}, found 2"):
        go_forward(leases, fence)
    with pytest.raises(FenceStale, match=f"shop: wanted fence {fence}, found 2"):
        leases.authorise_back("shop", fence, breach="bad")
    go_forward(leases, fence=2)


@pytest.mark.parametrize("fence", [0, 1])
def test_a_service_that_never_had_a_lease_moves_no_traffic(leases: Leases, fence: int) -> None:
    with pytest.raises(FenceStale):
        go_forward(leases, fence)
    with pytest.raises(FenceStale):
        leases.authorise_back("shop", fence, breach=None)


def test_a_lease_given_back_by_hand_lets_traffic_back_but_not_forward(leases: Leases) -> None:
    put(leases, fence=1)

    with pytest.raises(LeaseReleased, match="shop: the lease was given back"):
        go_forward(leases)
    assert leases.authorise_back("shop", 1, breach="given back") == "given back"


def test_a_breach_closes_the_gate_forward_but_not_back(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "bad")
    leases.record_breach("shop", "elb-5xx", "the second one")

    with pytest.raises(CandidateBreached, match=r"^bad$"):
        go_forward(leases)
    assert leases.authorise_back("shop", 1, breach="worse") == "bad"


def test_a_move_back_closes_the_gate_for_a_breach_alone_however_often(leases: Leases) -> None:
    acquire(leases)

    for _ in range(2):
        assert leases.authorise_back("shop", 1, breach=None) is None
        go_forward(leases)
    for breach in ("worse", "worse still"):
        assert leases.authorise_back("shop", 1, breach=breach) == "worse"
    with pytest.raises(CandidateBreached, match=r"^worse$"):
        go_forward(leases)


@pytest.mark.parametrize("alarm", ["blue-5xx", "green", "green-5x", "5xx"])
def test_an_alarm_that_nobody_watches_is_no_breach_and_gets_no_token(
    leases: Leases, alarm: str
) -> None:
    """Nor is one whose name is a part of a watched one's."""
    put(leases, fence=1, deployment_id="first", watched_alarms=ALARMS, waits={"bake": "token"})

    assert leases.record_breach("shop", alarm, "bad") == (False, None)
    go_forward(leases)


def test_a_forward_move_changes_which_alarms_are_watched(leases: Leases) -> None:
    acquire(leases)
    leases.authorise_forward("shop", 1, percent=10, watched_alarms=("green-p99",))

    assert leases.record_breach("shop", "green-p99", "bad") == (True, None)
    assert leases.record_breach("shop", "green-5xx", "bad") == (False, None)


def test_no_deployment_no_breach(leases: Leases) -> None:
    assert leases.record_breach("shop", "green-5xx", "bad") == (False, None)
    put(leases, fence=1, watched_alarms=ALARMS)

    assert leases.record_breach("shop", "green-5xx", "bad") == (False, None)


def test_an_alarm_hands_out_the_token_of_the_bake_that_waits(leases: Leases) -> None:
    put(leases, fence=1, deployment_id="first", watched_alarms=ALARMS, waits={"bake": "token"})

    assert leases.record_breach("shop", "green-5xx", "bad") == (True, "token")
