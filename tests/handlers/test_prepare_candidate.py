"""PrepareCandidate: the idle side runs the release, at the size of live."""

from typing import Any

from tests.core.shop import BLUE_FLEET, GREEN_FLEET, payload
from tests.handlers.conftest import Shop
from viridian.adapters.fleets.task_definition import serving_container
from viridian.handlers.prepare_candidate import Input, handler


def prepare(shop: Shop, context: Any) -> dict[str, Any]:
    return handler(payload(Input), context, shop.fleets)


def test_the_candidate_runs_the_release_at_live_s_size(shop: Shop, context: Any) -> None:
    arn = prepare(shop, context)["revision"]

    candidate = shop.ecs.services[GREEN_FLEET]
    assert (candidate.definition["taskDefinitionArn"], candidate.desired) == (arn, 2)
    variables = serving_container(candidate.definition)["environment"]
    assert {"name": "RELEASE_VERSION", "value": "1.1.0"} in variables


def test_live_is_not_touched(shop: Shop, context: Any) -> None:
    prepare(shop, context)

    live = shop.ecs.services[BLUE_FLEET]
    assert live.definition["taskDefinitionArn"] == "arn:aws:ecs:task-definition/blue:1"
    assert live.desired == 2


def test_a_repeated_preparation_registers_nothing_new(shop: Shop, context: Any) -> None:
    assert prepare(shop, context) == prepare(shop, context)
    assert len(shop.ecs.registered) == 1
