"""Guardian: what nobody works for any more is taken over, once, and everything else left alone."""

from io import StringIO
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, deployment, sides
from tests.fakes import FakeExecutions, FakeLeases
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import EventInvalid, RestoreUnverified
from viridian.core.execution import Execution
from viridian.core.guardian import Machine
from viridian.core.record import admitted, inspected, promoted
from viridian.core.sides import Production
from viridian.handlers.events.guardian import handler

DEPLOY, STANDBY = "arn:stateMachine:deploy", "arn:stateMachine:standby"
MACHINES = {Machine.DEPLOY: DEPLOY, Machine.STANDBY: STANDBY}
AT = "2026-11-01T12:00:00Z"
GUARDIAN_8 = (STANDBY, f"{DEPLOYMENT_ID}-guardian-8")
GUARDIAN_9 = (STANDBY, f"{DEPLOYMENT_ID}-guardian-9")
RECORD = ("shop", f"DEPLOYMENT#{DEPLOYMENT_ID}")


def look(shop: Shop, **told: str) -> Any:
    event = {"at": AT, **({"machine": DEPLOY} if "execution" in told else {}), **told}
    return guard(shop, event)


def guard(shop: Shop, event: Any, **more: Any) -> Any:
    return handler(event, CONTEXT, shop.leases, shop.records, shop.executions, MACHINES, **more)


@pytest.fixture
def stopped(shop: Shop) -> Shop:
    """A shop whose deployment was stopped at 50 %."""
    shop.records.write(admitted(deployment(), at="12:00"))
    shop.records.write(inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides()))
    shop.leases.set("shop", candidate_percent=50, moved_by=DEPLOYMENT_ID)
    shop.executions.end(DEPLOY, DEPLOYMENT_ID, cause="wrong release")
    return shop


def test_a_stopped_deployment_is_taken_over_recorded_and_restored(stopped: Shop) -> None:
    assert look(stopped) == {DEPLOYMENT_ID: "restore"}

    cause = f"{DEPLOYMENT_ID} was stopped by hand (wrong release)"
    lease, request = stopped.leases.get("shop"), stopped.executions.started[GUARDIAN_8]
    assert (lease.fence, lease.breach, lease.deployment_id) == (8, cause, DEPLOYMENT_ID)
    assert (request["entry"], request["fence"], request["cause"]) == ("restore", 8, cause)
    assert request["sides"]["rule_arn"] == sides().rule_arn
    ended = {"ending": "DeploymentStopped", "cause": cause, "fence": 8, "ended_at": AT}
    assert stopped.records.items[RECORD].items() >= ended.items()


@pytest.mark.parametrize("name", [DEPLOYMENT_ID, GUARDIAN_8[1]])
def test_what_is_told_again_or_by_another_way_is_one_execution(stopped: Shop, name: str) -> None:
    look(stopped, execution=DEPLOYMENT_ID)

    assert look(stopped, execution=name) == look(stopped) == {}
    assert set(stopped.executions.started) == {(DEPLOY, DEPLOYMENT_ID), GUARDIAN_8}


@pytest.mark.parametrize(
    "running",
    [(DEPLOY, DEPLOYMENT_ID), (STANDBY, DEPLOYMENT_ID), (STANDBY, f"{DEPLOYMENT_ID}-guardian-7")],
)
@pytest.mark.parametrize("phase", ["deploying", "standby", "closing"])
def test_while_an_execution_of_it_runs_it_ends_itself(
    stopped: Shop, running: tuple[str, str], phase: str
) -> None:
    stopped.leases.set("shop", phase=phase)
    stopped.executions.ended.pop(running, None)
    stopped.executions.start(*running, {})

    assert look(stopped) == {}
    assert stopped.leases.get("shop").fence == 7


def test_a_lease_that_a_person_must_give_back_is_left_alone(stopped: Shop) -> None:
    stopped.leases.set("shop", phase="held")

    assert look(stopped) == look(stopped, execution=DEPLOYMENT_ID) == {}


@pytest.mark.parametrize("told", [{"at": "soon"}, {"at": 7}, {"at": "2026-02-30T12:00:00Z"}, {}])
def test_an_ending_told_without_a_time_is_looked_at_all_the_same(
    stopped: Shop, told: dict[str, Any]
) -> None:
    event = {"execution": DEPLOYMENT_ID, "machine": DEPLOY, **told}

    assert guard(stopped, event, now=lambda: 1_793_534_400.0) == {DEPLOYMENT_ID: "restore"}
    assert stopped.records.items[RECORD]["ended_at"] == "2026-11-01T12:00:00+00:00"


@pytest.mark.parametrize("machine", ["arn:another", "", None, ["arn"]])
def test_an_ending_of_no_machine_is_refused_when_its_lease_was_looked_at(
    stopped: Shop, machine: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EventInvalid, match=r"^event\.machine: must be the ARN of a machine"):
        guard(stopped, {"at": AT, "execution": DEPLOYMENT_ID, "machine": machine})

    assert GUARDIAN_8 in stopped.executions.started
    assert '"DeploymentsTakenOver":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("at", ["soon", None, 7, "2026-02-30T12:00:00Z"])
def test_a_minute_that_is_none_is_refused_with_its_path(stopped: Shop, at: Any) -> None:
    with pytest.raises(EventInvalid, match=r"^event\.at: "):
        guard(stopped, {"at": at})


def test_an_event_of_another_deployment_looks_at_nothing(stopped: Shop) -> None:
    assert look(stopped, execution="shop-1.2.0-another") == {}


class StartLost(FakeExecutions):
    """Step Functions, while nothing can be started."""

    def start(self, state_machine_arn: str, name: str, request: dict[str, Any]) -> bool:
        raise ConnectionError("unreachable")


def test_a_take_over_whose_start_was_lost_is_found_by_the_next_look(stopped: Shop) -> None:
    lost = StartLost()
    lost.end(DEPLOY, DEPLOYMENT_ID)
    with pytest.raises(RestoreUnverified, match="leases not looked after: shop"):
        handler({"at": AT}, CONTEXT, stopped.leases, stopped.records, lost, MACHINES)
    assert stopped.leases.get("shop").fence == 8

    assert look(stopped) == {DEPLOYMENT_ID: "restore"}
    assert stopped.executions.started[GUARDIAN_9]["fence"] == 9


def test_a_guardians_execution_that_was_stopped_is_followed_by_another(stopped: Shop) -> None:
    look(stopped)
    stopped.executions.end(*GUARDIAN_8)

    assert look(stopped, execution=GUARDIAN_8[1], machine=STANDBY) == {DEPLOYMENT_ID: "restore"}
    assert GUARDIAN_9 in stopped.executions.started


def test_a_deployment_stopped_before_its_sides_were_inspected_gives_its_lease_back(
    shop: Shop,
) -> None:
    shop.records.write(admitted(deployment(), at="12:00"))

    assert look(shop) == {DEPLOYMENT_ID: "release"}
    assert shop.records.items[RECORD]["ending"] == "DeploymentStopped"


def test_a_promotion_whose_standby_was_stopped_is_watched_on(stopped: Shop) -> None:
    production = Production("1.1.0", "green", DEPLOYMENT_ID, "asked", "noon")
    stopped.records.write(promoted("shop", production))
    stopped.leases.set("shop", phase="standby", candidate_percent=100)
    stopped.executions.end(STANDBY, DEPLOYMENT_ID)

    assert look(stopped) == {DEPLOYMENT_ID: "soak"}
    lease, request = stopped.leases.get("shop"), stopped.executions.started[GUARDIAN_8]
    assert (lease.fence, lease.breach) == (8, None)
    assert (request["promoted_at"], request["fence"]) == ("noon", 8)


class AlarmMeanwhile(FakeExecutions):
    """Step Functions; while it is asked, an alarm closes the gate."""

    def __init__(self, leases: FakeLeases) -> None:
        super().__init__()
        self.leases = leases

    def described(self, state_machine_arn: str, name: str) -> Execution | None:
        self.leases.set("shop", breach="5xx")
        return super().described(state_machine_arn, name)


def test_a_breach_while_a_promotion_is_taken_over_has_it_restored_at_once(stopped: Shop) -> None:
    production = Production("1.1.0", "green", DEPLOYMENT_ID, "asked", "noon")
    stopped.records.write(promoted("shop", production))
    stopped.leases.set("shop", phase="standby", candidate_percent=100)
    stopped.executions = AlarmMeanwhile(stopped.leases)
    stopped.executions.end(DEPLOY, DEPLOYMENT_ID)

    assert look(stopped, execution=DEPLOYMENT_ID) == {DEPLOYMENT_ID: "restore"}
    assert stopped.records.items[RECORD]["ending"] == "DeploymentStopped"


class ThrottledFor(FakeExecutions):
    """Step Functions, which does not answer for one deployment."""

    def described(self, state_machine_arn: str, name: str) -> Execution | None:
        if name == "cart-1":
            raise ConnectionError("throttled")
        return super().described(state_machine_arn, name)


def test_one_that_cannot_be_looked_at_keeps_none_of_the_others_waiting(
    stopped: Shop, log: StringIO
) -> None:
    stopped.leases.acquire("cart", "cart-1", now="12:00", watched_alarms=())
    throttled = ThrottledFor()
    throttled.end(DEPLOY, DEPLOYMENT_ID)
    stopped.executions = throttled

    with pytest.raises(RestoreUnverified, match="leases not looked after: cart"):
        look(stopped)

    assert GUARDIAN_8 in throttled.started
    assert "throttled" in log.getvalue()
    assert stopped.leases.get("cart").fence == 1


def test_an_ending_that_its_machine_could_not_record_is_added_and_only_then(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id=None, phase=None)
    shop.records.write(admitted(deployment(), at="12:00"))
    shop.executions.start(DEPLOY, DEPLOYMENT_ID, {"service": "shop"})
    shop.executions.end(DEPLOY, DEPLOYMENT_ID, "FAILED", error="PreflightFailed", cause="no live")

    assert look(shop, execution=DEPLOYMENT_ID) == {}

    ended = {"ending": "PreflightFailed", "cause": "no live", "ended_at": AT}
    assert shop.records.items[RECORD].items() >= ended.items()
    shop.executions.end(DEPLOY, DEPLOYMENT_ID, "SUCCEEDED")
    look(shop, execution=DEPLOYMENT_ID)
    assert shop.records.items[RECORD].items() >= ended.items()


def test_of_what_was_refused_at_the_door_no_record_is_made(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id=None, phase=None)
    shop.executions.start(DEPLOY, "typo", {"service": "shop"})
    shop.executions.end(DEPLOY, "typo", "FAILED", error="RequestRejected")

    look(shop, execution="typo")

    assert shop.records.items == {}


def wait_in(shop: Shop, *turns: str) -> None:
    for turn in turns:
        shop.leases.await_turn("shop", turn, turn)
        shop.executions.waiting.add(turn)


@pytest.mark.parametrize("told", [{}, {"execution": "shop-0"}], ids=["a minute", "an ending"])
@pytest.mark.parametrize(
    "free", [{"deployment_id": None}, {"phase": "standby"}], ids=["nobody's", "a standby's"]
)
def test_the_first_of_those_that_wait_is_called_when_the_lease_is_to_be_had(
    shop: Shop, free: dict[str, Any], told: dict[str, str]
) -> None:
    shop.leases.set("shop", **free)
    shop.executions.start(STANDBY, DEPLOYMENT_ID, {})
    wait_in(shop, "12:02#shop-2", "12:01#shop-1")

    look(shop, **told)

    assert list(shop.executions.answers) == ["12:01#shop-1"]
    assert set(shop.leases.get("shop").turns) == {"12:02#shop-2"}


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"phase": "closing"},
        {"phase": "held"},
        {"phase": "standby", "paused": "by alice"},
        {"deployment_id": None, "candidate_percent": 50},
    ],
)
def test_nobody_is_called_while_the_lease_is_not_to_be_had(shop: Shop, kept: Any) -> None:
    shop.leases.set("shop", **kept)
    for machine in (DEPLOY, STANDBY):
        shop.executions.start(machine, DEPLOYMENT_ID, {})
    wait_in(shop, "12:01#shop-1")

    look(shop)

    assert shop.executions.answers == {}


def test_one_that_waits_no_more_is_passed_over(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id=None)
    wait_in(shop, "12:01#stopped", "12:02#shop-2")
    shop.executions.waiting.discard("12:01#stopped")

    look(shop)

    assert list(shop.executions.answers) == ["12:02#shop-2"]
    assert shop.leases.get("shop").turns == {}
