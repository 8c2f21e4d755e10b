"""The decision record and its document."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID
from viridian.core.decisions import PERIODS_KEPT, kept
from viridian.core.document import MEMBERS, document, document_key, subject_of
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.requests import Period, Traffic
from viridian.core.evidence.step import Evidence
from viridian.core.execution import Execution
from viridian.core.values import revive


def traffic(periods: int) -> Traffic:
    return Traffic(tuple(Period(60.0 * n, 100, 99, 1, 0, 0.1, 0.2) for n in range(periods)))


def test_the_newest_periods_of_a_look_are_kept_and_can_be_judged_again() -> None:
    alarms = AlarmStates(("5xx",), {"5xx": "ALARM"}, {"5xx": 9}, {"5xx": "because"})
    evidence = Evidence(alarms, traffic(PERIODS_KEPT + 1), traffic(3), 600.0, 30.0)

    again = revive(Evidence, json.loads(json.dumps(kept(evidence))))

    assert again.candidate == Traffic(evidence.candidate.periods[1:])
    assert (again.live, again.alarms, again.until) == (evidence.live, alarms, 600.0)
    assert again.first_shifted_at == 30.0


def test_a_document_has_what_the_record_has_and_nothing_for_the_rest() -> None:
    decisions = [{"at": "12:00", "state": "ShiftTraffic", "after": 10}]
    record = {
        "deployment": json.dumps({"id": DEPLOYMENT_ID}),
        "admitted_at": "11:59",
        "controls": [{"action": "pause"}],
        "pk": "a key",
    }

    found = document("shop", DEPLOYMENT_ID, record, decisions)

    assert found["schema"] == "viridian.record/1"
    assert (found["service"], found["deployment_id"]) == ("shop", DEPLOYMENT_ID)
    assert (found["deployment"], found["controls"]) == ({"id": DEPLOYMENT_ID}, record["controls"])
    assert (found["evidence"], found["ending"]) == (None, None)
    assert found["decisions"] == decisions
    assert set(found) == {"schema", "service", "deployment_id", "decisions", *MEMBERS}
    assert document_key("shop", "one") == "deployments/shop/one/record.json"


@pytest.mark.parametrize(
    ("request_of", "subject"),
    [
        ({"service": "shop"}, ("shop", "name")),
        ({"entry": "soak", "deployment": {"service": "shop", "id": "one"}}, ("shop", "one")),
        ({"deployment": {"service": "shop"}}, None),
        ({"service": "SHOP"}, None),
        ({}, None),
    ],
)
def test_an_execution_is_of_a_deployment(request_of: dict[str, Any], subject: Any) -> None:
    assert subject_of(Execution("name", "SUCCEEDED", request=request_of)) == subject


def test_a_period_survives_its_json() -> None:
    """What a document holds is judged again by the words that wrote it."""
    period = Period(60.0, 100, 99)

    assert revive(Period, json.loads(json.dumps(asdict(period)))) == period
