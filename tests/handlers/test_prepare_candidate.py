"""PrepareCandidate: the idle side runs the release, at the size of live."""

from typing import Any

import pytest

from tests.core.shop import BLUE_FLEET, GREEN, GREEN_FLEET, SCALED, asking, payload
from tests.handlers.conftest import CONTEXT, Shop, ecs_service
from viridian.adapters.fleets.task_definition import serving_container
from viridian.core.errors import CandidateBreached, FenceStale, HookAwaited, HookFailed, SideServing
from viridian.core.scaling import Bounds
from viridian.handlers.prepare_candidate import Input, handler


def prepare(shop: Shop, **members: Any) -> str:
    event = payload(Input, **members)
    answer = handler(
        event,
        CONTEXT,
        shop.fleets,
        shop.balancers,
        shop.leases,
        shop.targets,
        shop.hooks,
        shop.decisions,
        lambda: 1_800_000_000.0,
    )
    return str(answer["revision"])


def test_the_candidate_runs_the_release_at_live_s_size_and_live_is_not_touched(shop: Shop) -> None:
    revision = prepare(shop)

    candidate = shop.ecs.services[GREEN_FLEET]
    assert (candidate.definition["taskDefinitionArn"], candidate.desired) == (revision, 2)
    container = serving_container(candidate.definition)
    assert container["image"] == "template", "and not as live"
    assert {"name": "RELEASE_VERSION", "value": "1.1.0"} in container["environment"]
    assert shop.ecs.services[BLUE_FLEET] == ecs_service("blue", "1.0.0", 2)
    assert shop.balancers.arranged == {GREEN: ("/health", 5)}, "and live is checked as it was"


def test_auto_scaling_shrinks_neither_side_from_here_on(shop: Shop) -> None:
    prepare(shop)
    assert shop.targets.bounds == {}, "nothing scales this service"

    prepare(shop, settings=SCALED)

    held = Bounds(2, may_shrink=False)
    assert shop.targets.bounds == {BLUE_FLEET: held, GREEN_FLEET: held}


def test_who_no_longer_leads_prepares_nothing(shop: Shop) -> None:
    """As an execution that is redriven days later, when that side may serve."""
    shop.hold_lease("shop-1.2.0-newer")

    with pytest.raises(FenceStale):
        prepare(shop)

    assert shop.ecs.registered == []
    assert shop.balancers.arranged == {}


def test_a_side_that_gets_traffic_is_not_prepared(shop: Shop) -> None:
    shop.split(1)

    with pytest.raises(SideServing):
        prepare(shop)

    assert shop.ecs.registered == []
    assert shop.balancers.arranged == {}


FIRST = asking({"at": "before_prepare"})


def test_nothing_is_touched_until_those_who_are_asked_first_let_it_pass(shop: Shop) -> None:
    with pytest.raises(HookAwaited, match=r"^shop: asked: load$"):
        prepare(shop, settings=FIRST)
    assert (shop.ecs.registered, shop.balancers.arranged, shop.targets.bounds) == ([], {}, {})

    [request] = shop.executions.started.values()
    assert (request["asked"]["candidate_percent"], request["evidence"]) == (
        0,
        "nothing is prepared yet",
    )
    assert request["asked"]["headers"] == {"X-Viridian-Target": "green"}
    shop.answer("load", "pass")
    assert prepare(shop, settings=FIRST)
    assert not shop.leases.get("shop").unheard, "the next wait is for another word"


def test_a_release_that_is_not_let_pass_is_not_prepared(shop: Shop) -> None:
    with pytest.raises(HookAwaited):
        prepare(shop, settings=FIRST)
    shop.answer("load", "fail")

    with pytest.raises(HookFailed, match=r"^load: fail: because of load$"):
        prepare(shop, settings=FIRST)
    assert shop.ecs.registered == []


def test_a_deployment_that_was_aborted_asks_nobody(shop: Shop) -> None:
    shop.breach()

    with pytest.raises(CandidateBreached):
        prepare(shop, settings=FIRST)
    assert shop.asked == []
