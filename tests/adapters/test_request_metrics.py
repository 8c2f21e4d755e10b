"""Traffic by role in whole periods. The same claims hold for the fake."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.fakes import FakeRequestMetrics
from viridian.adapters.clients import client
from viridian.adapters.request_metrics import METRICS, SHOWN, RequestMetrics
from viridian.core.evidence.requests import Period, Traffic

MetricsOf = Callable[[dict[str, Traffic]], RequestMetrics]
NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC).timestamp()
GROUPS = {"candidate": "targetgroup/shop-green/2", "live": "targetgroup/shop-blue/1"}
ONE_PAST = NOON + 60
FIRST, SECOND = Period(NOON, 100, 90, 3, 2, refused=1), Period(ONE_PAST, 90, 90, refused=1)
SEEN = {
    GROUPS["candidate"]: Traffic((FIRST, SECOND)),
    GROUPS["live"]: Traffic((Period(NOON, 900, 900, refused=1),)),
    "targetgroup/other/9": Traffic((Period(NOON, 7, 0, 7, refused=1),)),
}
SILENT = {"candidate": Traffic(()), "live": Traffic(())}


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def put(cloudwatch: Any, group: str, period: Period) -> None:
    dimensions = [
        {"Name": "LoadBalancer", "Value": "app/shop/1"},
        {"Name": "TargetGroup", "Value": group},
    ]
    values = {
        "RequestCount": period.requests,
        "HTTPCode_Target_2XX_Count": period.answered - 2 if period.answered else 0,
        "HTTPCode_Target_3XX_Count": 1,
        "HTTPCode_Target_4XX_Count": 1,
        "HTTPCode_Target_5XX_Count": period.errors,
        "TargetConnectionErrorCount": period.unreached,
    }
    data = [
        {
            "MetricName": name,
            "Dimensions": dimensions,
            "Timestamp": at(period.start),
            "Value": value,
        }
        for name, value in values.items()
        if value
    ]
    cloudwatch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=data)


def on_aws(seen: dict[str, Traffic]) -> RequestMetrics:
    cloudwatch = boto3.client("cloudwatch")
    for group, traffic in seen.items():
        for period in traffic.periods:
            put(cloudwatch, group, period)
    return RequestMetrics(cloudwatch)


@pytest.fixture(params=[on_aws, FakeRequestMetrics], ids=["aws", "fake"])
def metrics_of(request: pytest.FixtureRequest, aws: None) -> MetricsOf:
    made: MetricsOf = request.param
    return made


def ask(
    metrics: RequestMetrics, since: float = NOON, now: float = NOON + 150
) -> dict[str, Traffic]:
    return metrics.traffic("app/shop/1", GROUPS, since=since, now=now, period=60)


def answers(**differing: dict[str, Any]) -> list[dict[str, Any]]:
    """What CloudWatch answers to each query, newest first: 2 requests, then 1, all answered."""
    counts = {"requests", "good_2"}
    whole = {
        f"{role}_{name}": {
            "Id": f"{role}_{name}",
            "Timestamps": [at(ONE_PAST), at(NOON)] if name in counts else [],
            "Values": [1.0, 2.0] if name in counts else [],
            "StatusCode": "Complete",
        }
        for role in GROUPS
        for name in METRICS | SHOWN
    }
    return [{**result, **differing.get(key, {})} for key, result in whole.items()]


def told(*pages: dict[str, Any]) -> tuple[dict[str, Traffic], list[dict[str, Any]]]:
    """The traffic by these pages, and what was asked."""
    cloudwatch = client("cloudwatch")
    asked: list[dict[str, Any]] = []
    cloudwatch.meta.events.register(
        "provide-client-params.cloudwatch.GetMetricData",
        lambda params, **_: asked.append(params),
    )
    with Stubber(cloudwatch) as stub:
        for page in pages:
            stub.add_response("get_metric_data", page)
        return ask(RequestMetrics(cloudwatch), since=NOON - 0.5), asked


def test_answers_are_told_by_role_and_period(metrics_of: MetricsOf) -> None:
    assert ask(metrics_of(SEEN)) == {
        "candidate": Traffic((FIRST, SECOND)),
        "live": Traffic((Period(NOON, 900, 900, refused=1),)),
    }


def test_a_side_without_metrics_has_no_periods_which_is_not_0(metrics_of: MetricsOf) -> None:
    assert ask(metrics_of({})) == SILENT


@pytest.mark.parametrize(
    ("since", "now", "found"),
    [
        (NOON, NOON + 120, (FIRST, SECOND)),
        (NOON + 1, NOON + 150, (SECOND,)),
        (NOON, NOON + 119, (FIRST,)),
        (NOON + 1, NOON + 59, ()),
    ],
)
def test_a_period_in_which_the_window_opens_or_ends_does_not_count(
    metrics_of: MetricsOf, since: float, now: float, found: tuple[Period, ...]
) -> None:
    assert ask(metrics_of(SEEN), since, now)["candidate"] == Traffic(found)


def test_one_call_asks_for_whole_periods_of_both_sides_and_this_load_balancer() -> None:
    p99 = {"Timestamps": [at(NOON)], "Values": [0.5]}
    found, [params] = told({"MetricDataResults": answers(live_p99=p99, live_p50=p99)})

    first = Period(NOON, 2, 2, p99=0.5, p50=0.5)
    assert found["live"] == Traffic((first, Period(ONE_PAST, 1, 1)))
    assert params["StartTime"].timestamp() == NOON
    assert params["EndTime"].timestamp() == NOON + 120
    stats = [query["MetricStat"] for query in params["MetricDataQueries"]]
    assert len(stats) == 2 * len(METRICS | SHOWN)
    assert {s["Period"] for s in stats} == {60}
    percentiles = {s["Stat"] for s in stats if s["Metric"]["MetricName"] == "TargetResponseTime"}
    assert percentiles == {"p50", "p90", "p95", "p99"}
    assert {d["Value"] for s in stats for d in s["Metric"]["Dimensions"]} == {
        "app/shop/1",
        *GROUPS.values(),
    }


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_a_side_of_which_a_metric_is_not_wholly_answered_is_unknown(status: str) -> None:
    found, _ = told({"MetricDataResults": answers(live_errors={"StatusCode": status})})

    assert found["live"] == Traffic(())
    assert len(found["candidate"].periods) == 2


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_only_shown_makes_nothing_unknown(name: str) -> None:
    unread = {f"live_{name}": {"StatusCode": "InternalError"}}

    assert len(told({"MetricDataResults": answers(**unread)})[0]["live"].periods) == 2


def test_a_metric_that_was_not_answered_at_all_is_unknown_too() -> None:
    results = [result for result in answers() if result["Id"] != "candidate_good_3"]

    assert told({"MetricDataResults": results})[0]["candidate"] == Traffic(())


def test_an_answer_in_pages_is_read_to_its_end() -> None:
    newest = {"Timestamps": [at(ONE_PAST)], "Values": [1.0], "StatusCode": "PartialData"}
    oldest = {"Timestamps": [at(NOON)], "Values": [2.0], "StatusCode": "Complete"}
    found, asked = told(
        {"MetricDataResults": answers(live_requests=newest), "NextToken": "next"},
        {"MetricDataResults": answers(live_requests=oldest)},
    )

    assert found["live"] == Traffic((Period(NOON, 2, 2), Period(ONE_PAST, 1, 1)))
    assert asked[1]["NextToken"] == "next"
