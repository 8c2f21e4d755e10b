"""Leases: the right to change one service's traffic. The same claims hold for the fake."""

from typing import Any, Protocol

import boto3
import pytest

from tests.deployments_table import create_table
from tests.fakes import FakeLeases
from viridian.adapters.leases import Leases
from viridian.core.errors import CandidateBreached, FenceStale, LeaseHeld, LeaseReleased
from viridian_cdk.machine import read_machine

MACHINE = read_machine()
KEY = {"pk": {"S": "SERVICE#shop"}, "sk": {"S": "LEASE"}}
ALARMS = ("green-5xx", "elb-5xx")
FLEET = "arn:aws:ecs:service/green"


class Stand(Protocol):
    """Leases, and what the machine's own states write beside them."""

    leases: Leases

    def release(self, deployment_id: str = ...) -> None: ...
    def wait_for_bake(self, token: str) -> None: ...
    def wait_for_steady(self, token: str) -> None: ...


class AwsStand:
    """The table, written to with the very expressions of the state machine."""

    def __init__(self) -> None:
        self.dynamodb = boto3.client("dynamodb")
        create_table(self.dynamodb, "deployments")
        self.leases = Leases(self.dynamodb, "deployments")

    def release(self, deployment_id: str = "first") -> None:
        self._run("ReleaseLease", {":id": {"S": deployment_id}})

    def wait_for_bake(self, token: str) -> None:
        self._run("Bake", {":token": {"S": token}, ":fence": {"N": "1"}, ":id": {"S": "first"}})

    def wait_for_steady(self, token: str) -> None:
        values = {":token": {"S": token}, ":fleet": {"S": FLEET}}
        self._run("AwaitCandidate", {**values, ":fence": {"N": "1"}, ":id": {"S": "first"}})

    def _run(self, state: str, values: dict[str, Any]) -> None:
        arguments = MACHINE["States"][state]["Arguments"]
        self.dynamodb.update_item(
            TableName="deployments",
            Key=KEY,
            UpdateExpression=arguments["UpdateExpression"],
            ConditionExpression=arguments["ConditionExpression"],
            ExpressionAttributeValues=values,
        )


class FakeStand:
    """The fake, set up by its attributes."""

    def __init__(self) -> None:
        self.leases = FakeLeases()

    def release(self, deployment_id: str = "first") -> None:
        lease = self.leases.items["shop"]
        self.leases.items["shop"] = type(lease)(fence=lease.fence)

    def wait_for_bake(self, token: str) -> None:
        self.leases.items["shop"].bake_token = token

    def wait_for_steady(self, token: str) -> None:
        self.leases.items["shop"].steady_token = token
        self.leases.items["shop"].steady_fleet = FLEET


@pytest.fixture(params=[AwsStand, FakeStand], ids=["aws", "fake"])
def stand(request: pytest.FixtureRequest, aws: None) -> Stand:
    return request.param()


@pytest.fixture
def leases(stand: Stand) -> Leases:
    return stand.leases


def acquire(leases: Leases, deployment_id: str = "first") -> int:
    return leases.acquire("shop", deployment_id, now="2026-11-01T12:00Z", watched_alarms=ALARMS)


def go_forward(leases: Leases, fence: int = 1) -> None:
    leases.authorise_forward("shop", fence, percent=10, watched_alarms=ALARMS)


def test_the_first_lease_of_a_service_has_fence_1(leases: Leases) -> None:
    assert acquire(leases) == 1


def test_a_holder_that_asks_again_has_the_same_fence(leases: Leases) -> None:
    acquire(leases)

    assert acquire(leases) == 1


def test_asking_again_does_not_open_a_closed_gate(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "bad")
    acquire(leases)

    with pytest.raises(CandidateBreached):
        go_forward(leases)


def test_a_lease_held_by_another_is_refused_and_the_holder_named(leases: Leases) -> None:
    acquire(leases)

    with pytest.raises(LeaseHeld, match="shop: first holds the lease since 2026-11-01T12:00Z"):
        acquire(leases, "second")


def test_a_refused_deployment_leaves_the_holder_its_lease(leases: Leases) -> None:
    acquire(leases)
    with pytest.raises(LeaseHeld):
        acquire(leases, "second")

    go_forward(leases)


def test_services_do_not_share_a_lease(leases: Leases) -> None:
    acquire(leases)

    assert leases.acquire("cart", "second", now="now", watched_alarms=()) == 1


def test_the_fence_grows_after_a_release(stand: Stand) -> None:
    acquire(stand.leases)
    stand.release()

    assert acquire(stand.leases, "second") == 2


def test_a_new_lease_begins_with_an_open_gate_and_no_tokens(stand: Stand) -> None:
    acquire(stand.leases)
    stand.wait_for_bake("bake")
    stand.wait_for_steady("steady")
    stand.leases.record_breach("shop", "green-5xx", "bad")
    stand.release()
    acquire(stand.leases, "second")

    go_forward(stand.leases, fence=2)
    assert stand.leases.record_breach("shop", "green-5xx", "bad") == (True, None)
    assert stand.leases.steady_token("shop", FLEET) is None


@pytest.mark.parametrize("fence", [0, 1, 3])
def test_any_other_fence_moves_no_traffic(stand: Stand, fence: int) -> None:
    acquire(stand.leases)
    stand.release()
    acquire(stand.leases, "second")

    with pytest.raises(FenceStale, match=f"shop: wanted fence {fence}, found 2"):
        go_forward(stand.leases, fence)
    with pytest.raises(FenceStale, match=f"shop: wanted fence {fence}, found 2"):
        stand.leases.authorise_back("shop", fence, breach="bad")


def test_a_stale_deployment_cannot_close_the_gate_of_the_new_one(stand: Stand) -> None:
    acquire(stand.leases)
    stand.release()
    acquire(stand.leases, "second")
    with pytest.raises(FenceStale):
        stand.leases.authorise_back("shop", 1, breach="bad")

    go_forward(stand.leases, fence=2)


def test_a_lease_given_back_by_hand_lets_traffic_back_but_not_forward(stand: Stand) -> None:
    acquire(stand.leases)
    stand.release()

    with pytest.raises(LeaseReleased, match="shop: the lease was given back"):
        go_forward(stand.leases)
    assert stand.leases.authorise_back("shop", 1, breach="given back") == "given back"


def test_what_a_deployment_without_its_lease_wrote_is_gone_for_the_next(stand: Stand) -> None:
    acquire(stand.leases)
    stand.release()
    stand.leases.authorise_back("shop", 1, breach="given back")

    assert acquire(stand.leases, "second") == 2
    go_forward(stand.leases, fence=2)


def test_a_service_that_never_had_a_lease_moves_no_traffic(leases: Leases) -> None:
    with pytest.raises(FenceStale):
        go_forward(leases)
    with pytest.raises(FenceStale):
        leases.authorise_back("shop", 1, breach=None)


def test_a_breach_closes_the_gate_forward_but_not_back(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "bad")

    with pytest.raises(CandidateBreached, match=r"^bad$"):
        go_forward(leases)
    assert leases.authorise_back("shop", 1, breach="worse") == "bad"


def test_a_move_back_for_a_breach_closes_the_gate(leases: Leases) -> None:
    acquire(leases)

    assert leases.authorise_back("shop", 1, breach="worse") == "worse"
    with pytest.raises(CandidateBreached, match=r"^worse$"):
        go_forward(leases)


def test_a_move_back_without_a_breach_leaves_the_gate_open(leases: Leases) -> None:
    acquire(leases)

    assert leases.authorise_back("shop", 1, breach=None) is None
    go_forward(leases)


def test_a_repeated_move_changes_nothing(leases: Leases) -> None:
    acquire(leases)

    go_forward(leases)
    go_forward(leases)
    assert leases.authorise_back("shop", 1, breach="bad") == "bad"
    assert leases.authorise_back("shop", 1, breach="bad again") == "bad"


def test_the_first_breach_stays(leases: Leases) -> None:
    acquire(leases)
    leases.record_breach("shop", "green-5xx", "first")
    leases.record_breach("shop", "elb-5xx", "second")

    assert leases.authorise_back("shop", 1, breach=None) == "first"


def test_an_alarm_that_nobody_watches_is_no_breach(leases: Leases) -> None:
    acquire(leases)

    assert leases.record_breach("shop", "blue-5xx", "bad") == (False, None)
    go_forward(leases)


@pytest.mark.parametrize("part", ["green", "green-5x", "5xx"])
def test_a_part_of_a_watched_name_is_not_that_alarm(leases: Leases, part: str) -> None:
    acquire(leases)

    assert leases.record_breach("shop", part, "bad") == (False, None)


def test_a_forward_move_changes_which_alarms_are_watched(leases: Leases) -> None:
    acquire(leases)
    leases.authorise_forward("shop", 1, percent=10, watched_alarms=("green-p99",))

    assert leases.record_breach("shop", "green-p99", "bad") == (True, None)
    assert leases.record_breach("shop", "green-5xx", "bad") == (False, None)


def test_no_deployment_no_breach(stand: Stand) -> None:
    assert stand.leases.record_breach("shop", "green-5xx", "bad") == (False, None)
    acquire(stand.leases)
    stand.release()

    assert stand.leases.record_breach("shop", "green-5xx", "bad") == (False, None)


def test_an_alarm_hands_out_the_token_of_the_bake_that_waits(stand: Stand) -> None:
    acquire(stand.leases)
    stand.wait_for_bake("token")

    assert stand.leases.record_breach("shop", "green-5xx", "bad") == (True, "token")


def test_an_alarm_that_is_not_watched_gets_no_token(stand: Stand) -> None:
    acquire(stand.leases)
    stand.wait_for_bake("token")

    assert stand.leases.record_breach("shop", "blue-5xx", "bad") == (False, None)


def test_a_bake_does_not_begin_once_a_breach_is_recorded(aws: None) -> None:
    stand = AwsStand()
    acquire(stand.leases)
    stand.leases.record_breach("shop", "green-5xx", "bad")

    with pytest.raises(stand.dynamodb.exceptions.ConditionalCheckFailedException):
        stand.wait_for_bake("token")


def test_a_release_of_another_s_lease_is_refused(aws: None) -> None:
    stand = AwsStand()
    acquire(stand.leases)

    with pytest.raises(stand.dynamodb.exceptions.ConditionalCheckFailedException):
        stand.release("second")


def test_a_steady_fleet_wakes_only_who_waits_for_it(stand: Stand) -> None:
    acquire(stand.leases)
    assert stand.leases.steady_token("shop", FLEET) is None
    stand.wait_for_steady("token")

    assert stand.leases.steady_token("shop", "arn:aws:ecs:service/blue") is None
    assert stand.leases.steady_token("shop", FLEET) == "token"


def test_a_lease_that_a_person_took_away_leaves_nothing_to_the_next(aws: None) -> None:
    stand = AwsStand()
    acquire(stand.leases)
    stand.wait_for_bake("token")
    stand.leases.record_breach("shop", "green-5xx", "bad")
    stand.dynamodb.update_item(
        TableName="deployments", Key=KEY, UpdateExpression="REMOVE deployment_id"
    )

    assert acquire(stand.leases, "second") == 2
    go_forward(stand.leases, fence=2)
    assert stand.leases.record_breach("shop", "green-5xx", "bad") == (True, None)


def test_an_event_of_an_unknown_service_makes_no_item(aws: None) -> None:
    stand = AwsStand()
    stand.leases.record_breach("shop", "green-5xx", "bad")
    stand.leases.steady_token("shop", FLEET)

    assert "Item" not in stand.dynamodb.get_item(TableName="deployments", Key=KEY)


def test_leases_are_reached_by_the_session(aws: None) -> None:
    AwsStand()

    assert acquire(Leases.from_session("deployments")) == 1
