"""Leases: the right to change one service's traffic. The same claims hold for the fake."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from itertools import product
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from tests.deployments_table import create_table
from tests.fakes import FakeLeases
from viridian.adapters.leases import Leases
from viridian.core.errors import (
    CandidateBreached,
    DeploymentPaused,
    FenceStale,
    LeaseHeld,
    LeaseReleased,
    StandbyClosing,
    ViridianError,
)
from viridian.core.hold import Stop
from viridian.core.lease import (
    CLOSE_GATE,
    HURRY,
    PAUSE,
    RESUME,
    Holder,
    Lease,
    Write,
    lease_key,
)

ALARMS = ("green-5xx", "elb-5xx")
SEEN_AT = 1_800_000_000
Act = Callable[[Leases, str], Any]


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
    else:
        put_all(leases, [lease])


def put_all(table: Leases, leases: Iterable[Lease]) -> None:
    """Write leases into the table, as many at once as AWS takes."""
    requests = [{"PutRequest": {"Item": item_of(lease)}} for lease in leases]
    for start in range(0, len(requests), 25):
        table.dynamodb.batch_write_item(RequestItems={table.table: requests[start : start + 25]})


def item_of(lease: Lease) -> dict[str, Any]:
    given = asdict(lease).items()
    members = {name: value for name, value in given if value is not None and value is not False}
    typed = {**lease_key(lease.service), **members}
    return {name: TypeSerializer().serialize(value) for name, value in typed.items()}


def all_of(table: Leases) -> dict[str, Lease]:
    """Every lease of the table, by its service."""
    found = {}
    for item in table.dynamodb.scan(TableName=table.table)["Items"]:
        values = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
        service = values["sk"].removeprefix("SERVICE#")
        found[service] = Lease.from_item(service, values)
    return found


def acquire(leases: Leases, deployment_id: str = "first") -> int:
    return leases.acquire("shop", deployment_id, now="2026-11-01T12:00Z", watched_alarms=ALARMS)


def held(fence: int = 1, deployment_id: str = "first") -> Holder:
    return Holder("shop", deployment_id, fence)


def go_forward(leases: Leases, holder: Holder | None = None, percent: int = 10) -> None:
    leases.authorise_forward(holder or held(), percent=percent, watched_alarms=ALARMS, now=SEEN_AT)


SEEN = Lease("shop", fence=1, deployment_id="first", phase="deploying")
PAUSED = {":paused": "paused by bob", ":ends": 20}


HELD = list(
    product(("first", "second"), ("deploying", "standby", "closing", "held"), [(50, "first")])
)
FREE = [(None, None, left) for left in ((0, "first"), (50, "first"), (50, "second"))]
UNTOUCHED = {"watched_alarms": ALARMS, "waits": {"watch": "token"}}
PAUSE_MEMBERS = {"paused": "paused by alice", "pause_ends": 9}
ASKED = {"asked_at": SEEN_AT}
ANSWERED = {**ASKED, "verdict": "fail", "said": "slow"}
TOUCHED: list[dict[str, Any]] = [
    UNTOUCHED,
    {**UNTOUCHED, "hooks": {"load": ASKED, "other": ANSWERED}},
    {**UNTOUCHED, "hooks": {"load": ANSWERED}, "unheard": True},
    {},
    {**UNTOUCHED, "first_shifted_at": SEEN_AT},
    {**UNTOUCHED, "first_shifted_at": SEEN_AT + 1},
    {**UNTOUCHED, "breach": "old"},
    {**UNTOUCHED, **PAUSE_MEMBERS},
    {**UNTOUCHED, "breach": "old", **PAUSE_MEMBERS},
]


def every_lease() -> Iterator[Lease]:
    """One a service."""
    kinds = product((1, 2), [*HELD, *FREE], TOUCHED)
    for number, (fence, (holder, phase, (percent, mover)), touched) in enumerate(kinds):
        lease = Lease(f"service-{number}", fence, holder, phase, "then")
        yield replace(lease, candidate_percent=percent, moved_by=mover, **touched)


def outcome(act: Act, leases: Leases, service: str) -> object:
    """What an act on a service's lease answers or raises."""
    try:
        return act(leases, service)
    except ViridianError as error:
        return type(error), str(error)


def first_of(service: str) -> Holder:
    return Holder(service, "first", 1)


def change(write: Write, **values: Any) -> Act:
    """A person's write, of a lease seen while its first holder deployed."""
    named = {f":{name}": value for name, value in values.items()}
    return lambda leases, service: leases.change(
        Lease(service, 1, "first", "deploying"), write, named
    )


ACTS: dict[str, Act] = {
    "acquire": lambda leases, s: leases.acquire(s, "first", now="now", watched_alarms=ALARMS),
    "forward": lambda leases, s: go_forward(leases, first_of(s)),
    "forward again": lambda leases, s: go_forward(leases, first_of(s), percent=50),
    "open": lambda leases, s: leases.open_standby(first_of(s), watched_alarms=ALARMS),
    "close": lambda leases, s: leases.close_standby(s),
    "back": lambda leases, s: leases.authorise_back(first_of(s), breach=None),
    "back from a breach": lambda leases, s: leases.authorise_back(first_of(s), breach="bad"),
    "whole": lambda leases, s: leases.mark_whole(first_of(s)),
    "breach": lambda leases, s: leases.record_breach(s, "green-5xx", "bad", seen_at=SEEN_AT),
    "take over": lambda leases, s: leases.take_over(first_of(s), breach="stopped"),
    "take a standby over": lambda leases, s: leases.take_over(first_of(s), breach=None),
    "gate": change(CLOSE_GATE, breach="aborted"),
    "pause": change(PAUSE, paused="paused by bob", ends=20),
    "resume": change(RESUME, true=True),
    "hurry": change(HURRY, percent=50),
    "rule": lambda leases, s: leases.record_change(s, "12:00 by alice"),
    "ask": lambda leases, s: leases.ask(first_of(s), "load", ASKED),
    "answer": lambda leases, s: leases.answer(s, "first", "load", verdict="pass", said="fine"),
    "hear": lambda leases, s: leases.hear(first_of(s), leases.get(s)),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_the_table_and_the_rules_do_the_same_to_every_lease(table: Leases, act: Act) -> None:
    """So a condition of DynamoDB holds exactly when the core's rule does not raise."""
    leases, fake = list(every_lease()), FakeLeases()
    put_all(table, leases)
    fake.items = {lease.service: lease for lease in leases}

    for lease in leases:
        found = outcome(act, table, lease.service)
        assert found == outcome(act, fake, lease.service), lease
    assert all_of(table) == fake.items
    assert table.in_use() == fake.in_use()


def test_the_first_lease_of_a_service_has_fence_1_also_when_it_asks_again(leases: Leases) -> None:
    assert [acquire(leases), acquire(leases)] == [1, 1]
    assert leases.acquire("cart", "second", now="now", watched_alarms=()) == 1, "its own"


def test_asking_again_does_not_open_a_closed_gate(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT)
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


def test_nobody_acquires_what_another_left_split(leases: Leases) -> None:
    """Its own side would be taken for live, or its restore find another leading."""
    put(leases, fence=1, candidate_percent=50, moved_by="first")

    with pytest.raises(LeaseHeld, match="first left 50 % of the traffic"):
        acquire(leases, "second")
    leases.mark_whole(held())
    assert acquire(leases, "second") == 2


def test_a_new_request_ends_a_standby_and_waits_for_it(leases: Leases) -> None:
    acquire(leases)
    leases.open_standby(held(), watched_alarms=ALARMS)

    assert leases.close_standby("shop") is None, "nobody waits at this moment"
    with pytest.raises(StandbyClosing, match="the standby of first still ends"):
        acquire(leases, "second")
    assert leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT)[0], (
        "and it is still watched"
    )


def test_a_deployment_that_is_under_way_is_not_ended(leases: Leases) -> None:
    acquire(leases)

    assert leases.close_standby("shop") is None
    assert leases.get("shop").phase == "deploying"


def test_a_new_lease_has_the_next_fence_and_nothing_of_the_one_before(leases: Leases) -> None:
    put(leases, fence=1, breach="bad", waits={"watch": "token", "arn:green": "token"})

    assert acquire(leases, "second") == 2
    go_forward(leases, held(2, "second"))
    assert leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT) == (True, None)
    assert leases.get("shop").waits == {}


@pytest.mark.parametrize("holder", [held(0), held(1), held(3), held(2, "first")])
def test_who_does_not_lead_moves_no_traffic_and_closes_no_gate(
    leases: Leases, holder: Holder
) -> None:
    put(leases, fence=2, deployment_id="second", candidate_percent=50, moved_by="first")
    stale = f"shop: wanted fence {holder.fence} of first, found 2 of second"

    with pytest.raises(FenceStale, match=stale):
        go_forward(leases, holder)
    with pytest.raises(FenceStale, match=stale):
        leases.authorise_back(holder, breach="bad")
    go_forward(leases, held(2, "second"))


@pytest.mark.parametrize("fence", [0, 1])
def test_a_service_that_never_had_a_lease_moves_no_traffic(leases: Leases, fence: int) -> None:
    with pytest.raises(FenceStale):
        go_forward(leases, held(fence))
    with pytest.raises(FenceStale):
        leases.authorise_back(held(fence), breach=None)


def test_a_lease_given_back_by_hand_lets_a_split_back_but_not_forward(leases: Leases) -> None:
    """Again and again, until the traffic was seen whole: then there is nothing to take back."""
    put(leases, fence=2, candidate_percent=50, moved_by="first")

    with pytest.raises(LeaseReleased, match="shop: the lease is no longer first's"):
        go_forward(leases)
    for _ in range(2):
        assert leases.authorise_back(held(), breach="given back") == "given back"
    leases.mark_whole(held())
    with pytest.raises(FenceStale):
        leases.authorise_back(held(), breach="given back")


def test_a_breach_closes_the_gate_forward_but_not_back(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT)
    leases.record_breach("shop", "elb-5xx", "the second one", seen_at=SEEN_AT)

    with pytest.raises(CandidateBreached, match=r"^bad$"):
        go_forward(leases)
    with pytest.raises(CandidateBreached, match=r"^bad$"):
        leases.open_standby(held(), watched_alarms=ALARMS)
    assert leases.authorise_back(held(), breach="worse") == "bad"


def test_a_move_back_closes_the_gate_for_a_breach_alone_however_often(leases: Leases) -> None:
    acquire(leases)

    for _ in range(2):
        assert leases.authorise_back(held(), breach=None) is None
        go_forward(leases)
    for breach in ("worse", "worse still"):
        assert leases.authorise_back(held(), breach=breach) == "worse"
    with pytest.raises(CandidateBreached, match=r"^worse$"):
        go_forward(leases)


@pytest.mark.parametrize("breach", ["stopped", None])
def test_a_lease_taken_over_has_the_next_fence_and_the_former_one_is_stale(
    leases: Leases, breach: str | None
) -> None:
    acquire(leases)

    assert leases.take_over(held(), breach=breach) == 2
    assert leases.get("shop").deployment_id == "first"
    with pytest.raises(FenceStale):
        leases.authorise_back(held(1), breach=None)
    assert leases.authorise_back(held(2), breach=None) == breach


def test_two_guardians_that_saw_the_same_lease_take_it_over_once(leases: Leases) -> None:
    """And start an execution of the same name."""
    acquire(leases)

    assert [leases.take_over(held(), breach="stopped") for _ in range(2)] == [2, 2]
    assert leases.get("shop").fence == 2


def test_a_standby_with_a_breach_is_not_taken_over_to_be_watched_on(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT)

    assert leases.take_over(held(), breach=None) is None
    assert leases.take_over(held(), breach="stopped") == 2
    assert leases.get("shop").breach == "bad"


def test_every_lease_that_is_held_or_waited_for_is_listed(leases: Leases) -> None:
    for service in ("b", "a"):
        leases.acquire(service, "first", now="now", watched_alarms=())
    put(leases, fence=3, turns={})
    assert [lease.service for lease in leases.in_use()] == ["a", "b"]

    put(leases, fence=3, turns={"12:01#shop-1": "token"})
    assert [lease.service for lease in leases.in_use()] == ["a", "b", "shop"]


def test_who_waited_waits_no_more_whatever_its_turn_is_called(leases: Leases) -> None:
    put(leases, fence=3, turns={"12:01#a.b": "one", "12:02#shop-2": "two"})

    for _ in range(2):
        leases.end_turn("shop", "12:01#a.b")

    assert leases.get("shop").turns == {"12:02#shop-2": "two"}
    acquire(leases)
    assert leases.get("shop").turns == {"12:02#shop-2": "two"}


@pytest.mark.parametrize("alarm", ["blue-5xx", "green", "green-5x", "5xx"])
def test_an_alarm_that_nobody_watches_is_no_breach_and_gets_no_token(
    leases: Leases, alarm: str
) -> None:
    """Nor is one whose name is a part of a watched one's."""
    put(leases, fence=1, deployment_id="first", watched_alarms=ALARMS, waits={"watch": "token"})

    assert leases.record_breach("shop", alarm, "bad", seen_at=SEEN_AT) == (False, None)
    go_forward(leases)


def test_a_forward_move_changes_which_alarms_are_watched(leases: Leases) -> None:
    acquire(leases)
    leases.authorise_forward(held(), percent=10, watched_alarms=("green-p99",), now=SEEN_AT)

    assert leases.record_breach("shop", "green-p99", "bad", seen_at=SEEN_AT) == (True, None)
    assert leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT) == (False, None)


def test_who_wrote_the_rule_is_news_once_and_the_newest_stays(leases: Leases) -> None:
    put(leases, fence=1, deployment_id="first", waits={"watch": "token"})
    told = [f"12:0{minute} by alice" for minute in (1, 1, 0, 2)]

    assert [leases.record_change("shop", by) for by in told] == ["token", None, None, "token"]
    assert leases.get("shop").changed_by == "12:02 by alice"


def test_the_next_holder_is_told_of_no_former_change(leases: Leases) -> None:
    put(leases, fence=1, changed_by="12:00 by alice")
    acquire(leases)

    assert leases.get("shop").changed_by is None


def test_no_deployment_no_breach(leases: Leases) -> None:
    assert leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT) == (False, None)
    put(leases, fence=1, watched_alarms=ALARMS)

    assert leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT) == (False, None)


def test_an_alarm_hands_out_the_token_of_the_wait(leases: Leases) -> None:
    put(leases, fence=1, deployment_id="first", watched_alarms=ALARMS, waits={"watch": "token"})

    assert leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT) == (True, "token")


def test_what_an_alarm_saw_before_the_first_shift_is_no_breach(leases: Leases) -> None:
    """The boot and the warm-up: they are told minutes later, when requests are shifted."""
    acquire(leases)
    go_forward(leases)
    leases.authorise_forward(held(), percent=50, watched_alarms=ALARMS, now=SEEN_AT + 600)

    before = leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT - 1)
    assert (before, leases.get("shop").breach) == ((False, None), None)
    assert leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT)[0]


def test_the_next_deployment_has_a_first_shift_of_its_own(leases: Leases) -> None:
    put(leases, fence=1, first_shifted_at=SEEN_AT)
    acquire(leases)

    assert leases.get("shop").first_shifted_at is None


def test_a_paused_deployment_finishes_a_move_that_was_allowed_and_makes_no_other(
    leases: Leases,
) -> None:
    acquire(leases)
    go_forward(leases)
    assert leases.change(SEEN, PAUSE, PAUSED)[0]

    go_forward(leases)
    with pytest.raises(DeploymentPaused, match=r"^shop: paused by bob$"):
        go_forward(leases, percent=50)
    with pytest.raises(DeploymentPaused):
        leases.open_standby(held(), watched_alarms=ALARMS)
    assert leases.authorise_back(held(), breach="bad") == "bad"


def test_a_standby_that_is_paused_is_not_ended_by_a_new_request(leases: Leases) -> None:
    acquire(leases)
    leases.open_standby(held(), watched_alarms=ALARMS)
    assert leases.change(leases.get("shop"), PAUSE, PAUSED)[0]

    assert leases.close_standby("shop") is None
    with pytest.raises(LeaseHeld, match="the standby of first is paused by bob"):
        acquire(leases, "second")


def test_a_pause_that_is_asked_again_keeps_its_first_words_and_end(leases: Leases) -> None:
    acquire(leases)
    for values in (PAUSED, {":paused": "paused by carol", ":ends": 30}):
        leases.change(SEEN, PAUSE, values)

    assert (leases.get("shop").paused, leases.get("shop").pause_ends) == ("paused by bob", 20)


def ask(leases: Leases, holder: Holder | None = None, asked_at: int = SEEN_AT) -> Any:
    return leases.ask(holder or held(), "load", {"asked_at": asked_at}).hooks["load"]


def answer(leases: Leases, verdict: str = "pass", deployment_id: str = "first") -> Lease:
    return leases.answer("shop", deployment_id, "load", verdict=verdict, said=f"a {verdict}")


def test_what_is_asked_is_asked_once(leases: Leases) -> None:
    acquire(leases)

    assert [ask(leases), ask(leases, asked_at=SEEN_AT + 60)] == [ASKED, ASKED]
    assert leases.ask(held(), "scan", ASKED).hooks == {"load": ASKED, "scan": ASKED}


def test_the_first_answer_is_the_one_that_stays(leases: Leases) -> None:
    acquire(leases)
    assert answer(leases).hooks == {}, "nothing was asked"
    ask(leases)

    for verdict in ("pass", "fail"):
        kept = {"load": {**ASKED, "verdict": "pass", "said": "a pass"}}
        assert answer(leases, verdict).hooks == kept
    assert ask(leases) == kept["load"], "and it is not asked anew"


def test_who_may_not_go_forward_asks_nothing(leases: Leases) -> None:
    acquire(leases)
    with pytest.raises(FenceStale):
        ask(leases, held(2))
    with pytest.raises(FenceStale):
        ask(leases, held(1, "second"))
    leases.record_breach("shop", "green-5xx", "bad", seen_at=SEEN_AT)
    with pytest.raises(CandidateBreached, match=r"^bad$"):
        ask(leases)
    assert leases.get("shop").hooks == {}

    put(leases, fence=2)
    with pytest.raises(LeaseReleased):
        ask(leases)


def test_an_answer_to_another_deployment_changes_nothing(leases: Leases) -> None:
    acquire(leases)
    ask(leases)

    assert answer(leases, deployment_id="former") == leases.get("shop")
    assert (leases.get("shop").hooks, leases.get("shop").unheard) == ({"load": ASKED}, False)


def test_a_standby_that_is_taken_over_keeps_what_it_asked_and_is_answered(leases: Leases) -> None:
    acquire(leases)
    ask(leases)
    leases.open_standby(held(), watched_alarms=ALARMS)
    assert leases.take_over(held(), breach=None) == 2

    assert answer(leases).hooks["load"]["verdict"] == "pass"
    assert ask(leases, held(2))["said"] == "a pass"


def test_the_next_deployment_asks_for_itself(leases: Leases) -> None:
    put(leases, fence=1, hooks={"load": ANSWERED})
    acquire(leases, "second")

    assert leases.get("shop").hooks == {}
    assert ask(leases, held(2, "second")) == ASKED


def test_what_was_said_is_unheard_until_the_holder_hears_it(leases: Leases) -> None:
    acquire(leases)
    ask(leases)
    quiet = leases.get("shop")
    assert leases.hear(held(), quiet) is quiet, "and nothing is written"

    for say in (answer, lambda leases: leases.change(SEEN, RESUME, {":true": True})):
        say(leases)
        assert leases.get("shop").unheard
        assert not leases.hear(held(), leases.get("shop")).unheard
        assert not leases.get("shop").unheard


def test_what_was_said_meanwhile_is_heard_as_well(leases: Leases) -> None:
    """Between the look at the lease and the write: it is in what is answered then."""
    acquire(leases)
    ask(leases)
    before = leases.change(SEEN, RESUME, {":true": True})[1]
    answer(leases)

    assert leases.hear(held(), before).hooks["load"]["verdict"] == "pass"


FIRST_STOP = Stop(1, "alice", "a flood", "request-1")


def test_everything_is_stopped_once_until_it_is_ended(leases: Leases) -> None:
    assert leases.stop() is None
    assert leases.stop_all(FIRST_STOP)
    assert not leases.stop_all(Stop(2, "bob", "me too", "request-2"))
    assert leases.stop() == FIRST_STOP

    told = Stop(3, "carol", "over", "request-3")
    assert [leases.go(told), leases.go(told)] == [True, False]
    assert leases.stop() is None
