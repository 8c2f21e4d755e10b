"""Control: what people ask is written on the lease, then the wait is ended."""

from io import StringIO
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, deployment, sides
from tests.fakes import FakeLeases
from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import ControlInvalid
from viridian.core.lease import Lease
from viridian.core.record import admitted, inspected, promoted
from viridian.core.sides import Production
from viridian.handlers.controls.control import handler

NOW = 1_800_000_000.0
ABORTED = "aborted by alice: because"


def ask(shop: Shop, action: str, **members: Any) -> dict[str, Any]:
    asked = {"action": action, "service": "shop", "by": "alice", "reason": "because"}
    event = {name: value for name, value in {**asked, **members}.items() if value is not None}
    return handler(event, CONTEXT, shop.leases, shop.records, shop.executions, lambda: NOW)


def wait(shop: Shop, at: str = "watch", percent: int = 10) -> None:
    shop.leases.set("shop", waits={at: "token"}, candidate_percent=percent)
    shop.executions.waiting.add("token")


@pytest.mark.parametrize("at", ["watch", "arn:aws:ecs:green"])
def test_an_abort_closes_the_gate_and_ends_whichever_wait_at_once(shop: Shop, at: str) -> None:
    wait(shop, at)

    told = ask(shop, "abort")

    assert (told["changed"], told["woken"]) == (True, True)
    assert shop.leases.get("shop").breach == ABORTED
    assert shop.executions.answers == {"token": ("DeploymentAborted", ABORTED)}


def test_an_abort_outside_of_a_wait_is_found_at_the_next_look(shop: Shop) -> None:
    told = ask(shop, "abort")

    assert (shop.leases.get("shop").breach, told["woken"]) == (ABORTED, False)
    assert told["next"].endswith("It sees this when what it does now is over.")


@pytest.mark.parametrize(("action", "percent"), [("skip", 10), ("ship", None)])
def test_a_bake_is_ended_and_its_wait_woken(shop: Shop, action: str, percent: int | None) -> None:
    wait(shop)

    assert ask(shop, action, percent=percent)["woken"]
    assert shop.leases.get("shop").is_hurried
    assert shop.executions.answers == {"token": "{}"}


def test_a_pause_leaves_the_wait_and_a_resume_ends_it(shop: Shop) -> None:
    wait(shop)

    ask(shop, "pause")
    assert shop.leases.get("shop").paused == "paused by alice: because"
    assert shop.executions.answers == {}
    assert ask(shop, "resume")["woken"]
    assert shop.leases.get("shop").paused is None


def test_what_was_done_is_recorded_with_the_request_that_asked(shop: Shop) -> None:
    for _ in range(2):
        ask(shop, "pause")

    [made] = shop.records.controls
    assert (made.service, made.deployment_id) == ("shop", DEPLOYMENT_ID)
    assert made.members == {
        "at": "2027-01-15T08:00:00+00:00",
        "action": "pause",
        "by": "alice",
        "reason": "because",
        "request_id": CONTEXT.aws_request_id,
    }


def test_a_rollback_after_the_window_changes_nothing_and_names_the_way_back(shop: Shop) -> None:
    shop.leases.items["shop"] = Lease("shop", fence=7)
    live = Production("1.1.0", "green", DEPLOYMENT_ID, "before", "noon")
    shop.records.write(promoted("shop", live))
    shop.records.write(admitted(deployment(), at="morning"))
    shop.records.write(inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides()))

    told = ask(shop, "rollback")

    assert (told["changed"], told["request"]) == (False, {"service": "shop", "version": "1.0.0"})
    assert "no deployment of shop is in progress" in told["did"]
    assert shop.records.controls == []


def test_everything_is_stopped_and_goes_on_once(shop: Shop) -> None:
    wait(shop)
    told = [ask(shop, action, service=None) for action in ("stop", "stop", "go", "go")]

    assert [each["changed"] for each in told] == [True, False, True, False]
    assert told[1]["did"] == "everything was stopped by alice: because; nothing was changed"
    assert [each["woken"] for each in told] == [False, False, True, False]
    assert shop.executions.answers == {"token": "{}"}


class Promoted(FakeLeases):
    """Leases whose deployment is promoted between the look and the write."""

    def change(self, *args: Any) -> tuple[bool, Lease]:
        if self.get("shop").phase == "deploying":
            self.set("shop", phase="standby")
        return super().change(*args)


def test_a_control_that_a_promotion_overtakes_is_decided_anew(shop: Shop) -> None:
    leases = Promoted()
    leases.items, shop.leases = shop.leases.items, leases

    assert ask(shop, "abort")["did"] == f"{DEPLOYMENT_ID} was promoted; nothing was changed"
    assert leases.get("shop").breach is None


def test_what_cannot_be_read_is_refused_with_its_path(shop: Shop) -> None:
    with pytest.raises(ControlInvalid, match=r"control.action: must be one of .*, found 'Abort'"):
        ask(shop, "Abort")


@pytest.mark.parametrize("action", ["abort", "resume"])
def test_the_token_is_neither_logged_nor_told(shop: Shop, log: StringIO, action: str) -> None:
    wait(shop)

    told = ask(shop, action)

    assert "control asked" in log.getvalue()
    assert "token" not in log.getvalue() + str(told)
