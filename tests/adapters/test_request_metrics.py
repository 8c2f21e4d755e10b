"""Request counts by role over one window. The same claims hold for the fake."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.fakes import FakeRequestMetrics
from viridian.adapters.clients import client
from viridian.adapters.request_metrics import RequestMetrics
from viridian.core.evidence.requests import Requests

MetricsOf = Callable[[dict[str, Requests]], RequestMetrics]
NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC).timestamp()
GROUPS = {"candidate": "targetgroup/shop-green/2", "live": "targetgroup/shop-blue/1"}
SEEN = {
    GROUPS["candidate"]: Requests(100, 3),
    GROUPS["live"]: Requests(900, None),
    "targetgroup/other/9": Requests(7, 7),
}


def put(cloudwatch: Any, group: str, name: str, value: float, at: float) -> None:
    dimensions = [
        {"Name": "LoadBalancer", "Value": "app/shop/1"},
        {"Name": "TargetGroup", "Value": group},
    ]
    point = {
        "MetricName": name,
        "Dimensions": dimensions,
        "Timestamp": datetime.fromtimestamp(at, UTC),
        "Value": value,
    }
    cloudwatch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=[point])


def on_aws(seen: dict[str, Requests]) -> RequestMetrics:
    cloudwatch = boto3.client("cloudwatch")
    for group, requests in seen.items():
        if requests.count is not None:
            put(cloudwatch, group, "RequestCount", requests.count, NOON)
        if requests.errors is not None:
            put(cloudwatch, group, "HTTPCode_Target_5XX_Count", requests.errors, NOON)
    return RequestMetrics(cloudwatch)


@pytest.fixture(params=[on_aws, FakeRequestMetrics], ids=["aws", "fake"])
def metrics_of(request: pytest.FixtureRequest, aws: None) -> MetricsOf:
    made: MetricsOf = request.param
    return made


def ask(
    metrics: RequestMetrics, since: float = NOON, now: float = NOON + 90
) -> dict[str, Requests]:
    return metrics.requests("app/shop/1", GROUPS, since=since, now=now, period=60)


def test_requests_are_told_by_role(metrics_of: MetricsOf) -> None:
    assert ask(metrics_of(SEEN)) == {"candidate": Requests(100, 3), "live": Requests(900, None)}


def test_a_side_without_metrics_has_no_data_which_is_not_0(metrics_of: MetricsOf) -> None:
    silent = Requests(None, None)

    assert ask(metrics_of({})) == {"candidate": silent, "live": silent}


def test_the_points_of_a_window_are_summed(aws: None) -> None:
    metrics = on_aws({GROUPS["candidate"]: Requests(10, 1)})
    put(metrics.cloudwatch, GROUPS["candidate"], "RequestCount", 30, NOON + 60)

    assert ask(metrics)["candidate"] == Requests(40, 1)


def test_points_out_of_the_window_do_not_count(aws: None) -> None:
    metrics = on_aws({})
    for at in (NOON - 60, NOON + 120):
        put(metrics.cloudwatch, GROUPS["candidate"], "RequestCount", 30, at)

    assert ask(metrics)["candidate"] == Requests(None, None)


def test_the_period_in_which_the_window_opens_does_not_count(aws: None) -> None:
    metrics = on_aws(SEEN)

    assert ask(metrics, since=NOON + 1)["candidate"] == Requests(None, None)


def test_a_window_without_a_period_of_its_own_has_no_data(aws: None) -> None:
    metrics = on_aws(SEEN)

    assert ask(metrics, since=NOON + 1, now=NOON + 30)["candidate"] == Requests(None, None)


def test_one_call_asks_for_whole_periods_of_both_sides_and_this_load_balancer() -> None:
    cloudwatch = client("cloudwatch")
    asked: list[dict[str, Any]] = []
    cloudwatch.meta.events.register(
        "provide-client-params.cloudwatch.GetMetricData",
        lambda params, **_: asked.append(params),
    )
    results = [
        {"Id": "live_count", "Values": [1.0, 2.0], "StatusCode": "Complete"},
        {"Id": "live_errors", "Values": [], "StatusCode": "Complete"},
        {"Id": "candidate_count", "Values": [5.0], "StatusCode": "PartialData"},
    ]
    with Stubber(cloudwatch) as stub:
        stub.add_response("get_metric_data", {"MetricDataResults": results})
        found = ask(RequestMetrics(cloudwatch), since=NOON - 0.5)

    assert found == {"live": Requests(3, None), "candidate": Requests(None, None)}
    [params] = asked
    assert params["StartTime"].timestamp() == NOON
    assert params["EndTime"].timestamp() == NOON + 90
    stats = [query["MetricStat"] for query in params["MetricDataQueries"]]
    assert len(stats) == 4
    assert {(s["Stat"], s["Period"]) for s in stats} == {("Sum", 60)}
    assert {d["Value"] for s in stats for d in s["Metric"]["Dimensions"]} == {
        "app/shop/1",
        *GROUPS.values(),
    }
