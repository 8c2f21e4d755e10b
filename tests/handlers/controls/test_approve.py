"""Approve: what people answer is kept once, and the wait ended; what it did is told in words."""

from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID
from tests.fakes import FakeLeases
from tests.handlers.conftest import CONTEXT, Shop
from viridian.adapters.answers import Answers
from viridian.core.errors import ControlInvalid
from viridian.core.lease import Lease
from viridian.handlers.controls.approve import handler


def approve(shop: Shop, answer: str = "approve", **members: Any) -> dict[str, Any]:
    given = {"answer": answer, "service": "shop", "by": "alice", "reason": "ticket 4711"}
    return handler({**given, **members}, CONTEXT, shop.answers, lambda: 1_800_000_000.0)


@pytest.mark.parametrize(("answer", "verdict"), [("approve", "pass"), ("reject", "fail")])
def test_an_answer_is_kept_with_who_gave_it_and_ends_the_wait(
    shop: Shop, answer: str, verdict: str
) -> None:
    shop.ask("go")

    told = approve(shop, answer)

    assert told == {"changed": True, "did": f"{DEPLOYMENT_ID}: go is answered: {answer}"}
    kept = {"asked_at": 1, "verdict": verdict, "said": "alice: ticket 4711"}
    assert shop.leases.get("shop").hooks == {"go": kept}
    assert shop.executions.answers == {"token": "{}"}
    [made] = shop.records.controls
    assert made.members == {
        "at": "2027-01-15T08:00:00+00:00",
        "action": f"go: {verdict}",
        "by": "alice",
        "reason": "alice: ticket 4711",
        "request_id": CONTEXT.aws_request_id,
    }


def test_a_person_answers_in_place_of_a_hook_that_hangs(shop: Shop) -> None:
    shop.ask("go", "load")

    assert approve(shop, key="load")["changed"]
    assert approve(shop)["did"] == f"{DEPLOYMENT_ID}: go is answered: approve", "what is left"


def test_the_second_answer_is_told_of_the_first_and_the_same_again_is_no_other(shop: Shop) -> None:
    shop.ask("go")
    approve(shop)
    shop.ask()

    told = approve(shop, "reject", key="go")

    assert told == {
        "changed": False,
        "did": f"{DEPLOYMENT_ID}: go was answered before (alice: ticket 4711); nothing was changed",
    }
    assert shop.executions.waiting == {"token"}
    assert approve(shop, key="go")["changed"]


@pytest.mark.parametrize(
    ("members", "did"),
    [
        ({"key": "other"}, f"{DEPLOYMENT_ID} asks go; name one of them (key)"),
        ({"deployment_id": "another"}, f"{DEPLOYMENT_ID} is in progress, not another"),
        ({"service": "cart"}, "no deployment of cart is in progress"),
    ],
)
def test_what_is_not_asked_is_not_answered(shop: Shop, members: dict[str, str], did: str) -> None:
    shop.ask("go")
    before = shop.leases.get("shop")

    assert approve(shop, **members) == {"changed": False, "did": f"{did}; nothing was changed"}
    assert (shop.leases.get("shop"), shop.records.controls) == (before, [])


class Overtaken(FakeLeases):
    """Leases whose deployment ends between the look and the write."""

    def answer(self, *_args: Any, **_answer: Any) -> Lease:
        theirs = {"go": {"asked_at": 1, "verdict": "fail", "said": "bob: not theirs"}}
        return self.set("shop", deployment_id="another", fence=8, hooks=theirs)


def test_an_answer_that_the_end_overtakes_is_told_to_be_too_late(shop: Shop) -> None:
    shop.ask("go")
    leases = Overtaken()
    leases.items = shop.leases.items
    shop.answers = Answers(leases, shop.records, shop.executions)

    did = f"{DEPLOYMENT_ID}: go was answered before (it is over); nothing was changed"
    assert approve(shop) == {"changed": False, "did": did}


def test_what_cannot_be_read_is_refused_with_its_path(shop: Shop) -> None:
    with pytest.raises(ControlInvalid, match=r"^approval.answer: must be approve or reject"):
        approve(shop, "yes")
