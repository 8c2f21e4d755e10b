"""CaptureEvidence: what tells why a candidate failed is kept, and what cannot be read is named."""

import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from tests.core.shop import DEPLOYMENT_ID, GREEN_ALARMS, asking, payload
from tests.fakes import FakeLoadBalancers
from tests.handlers.conftest import CONTEXT, SHIFTED_AT, Shop
from viridian.core.evidence.health import Health
from viridian.handlers.capture_evidence import Input, handler

RECORD = ("shop", f"DEPLOYMENT#{DEPLOYMENT_ID}")


def capture(
    shop: Shop, balancers: FakeLoadBalancers | None = None, **members: Any
) -> dict[str, Any]:
    return handler(
        payload(Input, now="12:00", **members),
        CONTEXT,
        balancers or shop.balancers,
        shop.alarms,
        shop.fleets,
        shop.request_metrics,
        shop.records,
        lambda: SHIFTED_AT + 120,
        shop.hooks,
    )


def test_both_sides_the_alarms_and_the_last_words_of_its_tasks_are_kept(shop: Shop) -> None:
    shop.alarms.known[GREEN_ALARMS[0]] = "ALARM"
    shop.ecs.told = ("task 1 stopped: exit code 3", "| no database")

    found = capture(shop)

    kept = shop.records.items[RECORD]
    assert kept["evidence_at"] == "2026-11-01T12:00:00.000Z"
    assert json.loads(str(kept["evidence"])) == json.loads(json.dumps(found))
    assert found["tasks"] == ["task 1 stopped: exit code 3", "| no database"]
    assert found["targets"] == {"blue": "2 healthy", "green": "2 healthy"}
    assert found["alarms"] == {GREEN_ALARMS[0]: "ALARM: because"}


def test_what_cannot_be_read_is_named_and_the_rest_is_kept(shop: Shop) -> None:
    class Silent(FakeLoadBalancers):
        def health(self, target_group_arn: str, wanted: int) -> Health:
            raise ReadTimeoutError(endpoint_url="elasticloadbalancing")

    found = capture(shop, Silent({}, {}))

    assert found["targets"] == "could not be read: ReadTimeoutError"
    assert found["alarms"] == {}
    assert "evidence" in shop.records.items[RECORD]


@pytest.mark.parametrize(
    ("ending", "asked"),
    [
        ("DeploymentReverted", ["load"]),
        ("StandbyRestored", ["load"]),
        ("DeploymentStopped", ["load"]),
        ("CandidateRejected", []),
    ],
)
def test_the_hooks_of_a_restore_are_asked_where_traffic_came_back_and_nobody_waits(
    shop: Shop, ending: str, asked: list[str]
) -> None:
    before = shop.leases.get("shop")
    given = asking({"at": "after_restore"}, {"name": "scan", "at": "after_promotion"})

    for _ in range(2):
        capture(shop, ending=ending, settings=given)

    assert shop.asked == asked
    assert shop.leases.get("shop") == before
    told = [each["evidence"] for each in shop.executions.started.values()]
    assert told == ["all traffic is on the live side again"] * len(asked)
