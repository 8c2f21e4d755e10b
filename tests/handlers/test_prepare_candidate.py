"""PrepareCandidate: the idle side runs the release, at the size of live."""

from tests.core.shop import BLUE_FLEET, GREEN_FLEET, payload
from tests.handlers.conftest import CONTEXT, Shop, ecs_service
from viridian.adapters.fleets.task_definition import serving_container
from viridian.handlers.prepare_candidate import Input, handler


def test_the_candidate_runs_the_release_at_live_s_size_and_live_is_not_touched(shop: Shop) -> None:
    revision = handler(payload(Input), CONTEXT, shop.fleets)["revision"]

    candidate = shop.ecs.services[GREEN_FLEET]
    assert (candidate.definition["taskDefinitionArn"], candidate.desired) == (revision, 2)
    container = serving_container(candidate.definition)
    assert container["image"] == "blue", "otherwise as live"
    assert {"name": "RELEASE_VERSION", "value": "1.1.0"} in container["environment"]
    assert shop.ecs.services[BLUE_FLEET] == ecs_service("blue", "1.0.0", 2)
