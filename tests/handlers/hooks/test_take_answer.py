"""TakeAnswer: what a hook answered is kept, whatever it is, and people hear of a bad restore."""

from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID
from tests.handlers.conftest import CONTEXT, Shop
from viridian.handlers.hooks.take_answer import handler

PASS = {"verdict": "pass", "reason": "p99 0.2 s", "link": "https://load.example/1"}


def take(shop: Shop, given: Any = PASS, **members: Any) -> dict[str, Any]:
    event = {
        "service": "shop",
        "deployment_id": DEPLOYMENT_ID,
        "key": "load",
        "at": "after_ready",
        "passes": ["pass"],
        "execution": "load-0f-shop",
        "given": given,
        "now": "2027-01-15T08:00:00Z",
    }
    return handler({**event, **members}, CONTEXT, shop.answers)


def test_an_answer_is_kept_in_the_lease_and_the_record_and_ends_the_wait(shop: Shop) -> None:
    shop.ask("load")

    told = take(shop)

    said = "p99 0.2 s https://load.example/1"
    assert told == {"verdict": "pass", "said": said, "is_kept": True, "page": False}
    assert shop.leases.get("shop").hooks["load"]["said"] == said
    assert shop.executions.answers == {"token": "{}"}
    [made] = shop.records.controls
    assert made.members == {
        "at": "2027-01-15T08:00:00Z",
        "action": "load: pass",
        "by": "hook",
        "reason": said,
        "request_id": "load-0f-shop",
    }


@pytest.mark.parametrize("given", [None, "pass", 5, ["pass"], {"verdict": True}])
def test_what_is_no_verdict_is_kept_as_no_answer_so_the_deployment_waits_no_longer(
    shop: Shop, given: Any
) -> None:
    shop.ask("load")

    assert take(shop, given)["verdict"] == "no_answer"
    assert shop.leases.get("shop").hooks["load"]["verdict"] == "no_answer"
    assert shop.executions.answers == {"token": "{}"}


def test_an_answer_after_the_first_is_told_not_to_count(shop: Shop) -> None:
    shop.ask("load")
    take(shop, {"verdict": "no_answer"})

    assert not take(shop)["is_kept"]
    assert shop.leases.get("shop").hooks["load"]["verdict"] == "no_answer"


@pytest.mark.parametrize(("verdict", "page"), [("pass", False), ("fail", True), ("no", True)])
def test_after_a_restore_it_is_for_the_record_and_for_people_unless_it_lets_it_pass(
    shop: Shop, verdict: str, page: bool
) -> None:
    before = shop.leases.get("shop")

    told = take(shop, {"verdict": verdict}, at="after_restore")

    assert (told["is_kept"], told["page"]) == (True, page)
    assert (shop.leases.get("shop"), len(shop.records.controls)) == (before, 1)
    assert take(shop, {"verdict": "fail"}, at="after_restore", passes=["pass", "fail"])["page"] is (
        False
    )


def test_nobody_is_paged_by_a_hook_that_the_deployment_waits_for(shop: Shop) -> None:
    shop.ask("load")

    assert not take(shop, {"verdict": "fail"})["page"]
