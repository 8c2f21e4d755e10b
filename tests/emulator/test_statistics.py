"""Envoy's counters become the metrics that CloudWatch has for a load balancer."""

from pathlib import Path
from typing import Any

import pytest

from emulator.load_balancer.admin import Admin
from emulator.load_balancer.metering import Meter
from emulator.load_balancer.metrics import GroupIdentity, group_metrics, host_metrics
from emulator.load_balancer.statistics import ClusterCounts, ErrorLog
from emulator.target_registry import TargetRegistry

GROUP = GroupIdentity("app/shop/1", "targetgroup/shop-blue/2")


def sums(counts: ClusterCounts) -> dict[str, float]:
    data = group_metrics(GROUP, counts)
    return {d.name: d.values[0] for d in data if "TargetGroup" in d.dimensions}


def test_only_what_happened_has_a_datapoint() -> None:
    assert sums(ClusterCounts()) == {}
    assert sums(ClusterCounts(3, {"2xx": 2, "5xx": 1})) == {
        "RequestCount": 3.0,
        "HTTPCode_Target_2XX_Count": 2.0,
        "HTTPCode_Target_5XX_Count": 1.0,
    }


def test_metrics_are_known_for_the_group_and_for_the_load_balancer() -> None:
    data = group_metrics(GROUP, ClusterCounts(1))
    assert [datum.dimensions for datum in data] == [
        {"LoadBalancer": "app/shop/1"},
        {"LoadBalancer": "app/shop/1", "TargetGroup": "targetgroup/shop-blue/2"},
    ]


def test_response_times_are_seconds_with_their_counts() -> None:
    datum = group_metrics(GROUP, ClusterCounts(2, {}, 0, {5.0: 1, 250.0: 1}))[-1]
    assert (datum.name, datum.values, datum.counts) == ("TargetResponseTime", (0.005, 0.25), (1, 1))


def test_only_new_requests_count() -> None:
    before = ClusterCounts(10, {"2xx": 10}, 0, {1.0: 10})
    after = ClusterCounts(12, {"2xx": 11, "5xx": 1}, 0, {1.0: 11, 9.0: 1})
    assert after.since(before) == ClusterCounts(2, {"2xx": 1, "5xx": 1}, 0, {1.0: 1, 9.0: 1})


def test_hosts_are_counted_by_health() -> None:
    data = host_metrics(GROUP, ["healthy", "healthy", "unhealthy", "initial"])
    assert {d.name: d.values[0] for d in data} == {"HealthyHostCount": 2, "UnHealthyHostCount": 1}


def test_group_without_targets_reports_no_hosts() -> None:
    assert host_metrics(GROUP, []) == []


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "errors.log"


def test_each_line_tells_whose_the_error_is(log: Path) -> None:
    flags = {"UH": 503, "UF": 502, "UT": 504, "UF,DC": 502, "-": 500, "DC": 503}
    log.write_text("".join(f"app/shop/1 {s} shop-blue-2 {flag}\n" for flag, s in flags.items()))
    found = ErrorLog(log).read()
    own = {("app/shop/1", 502): 2, ("app/shop/1", 503): 1, ("app/shop/1", 504): 1}
    assert found.of_load_balancers == own
    assert found.of_targets == {"shop-blue-2": 2}


def test_log_is_read_on_from_where_it_stopped(log: Path) -> None:
    log.write_text("app/shop/1 500 shop-blue-2 -\napp/shop/1 50")
    reader = ErrorLog(log)
    assert reader.read().of_targets == {"shop-blue-2": 1}
    with log.open("a") as end:
        end.write("2 shop-blue-2 UF\n")
    found = reader.read()
    assert found.of_targets == {"shop-blue-2": 1}
    assert found.of_load_balancers == {("app/shop/1", 502): 1}


class FakeAdmin(Admin):
    """Counts two answers of the target, and five requests."""

    def __init__(self) -> None:
        pass

    def values(self, _pattern: str) -> dict[str, Any]:
        return {
            "cluster.shop-blue-2.upstream_rq_total": 5,
            "cluster.shop-blue-2.upstream_rq_2xx": 2,
        }

    def histograms(self, _pattern: str) -> dict[str, Any]:
        return {}


@pytest.fixture
def meter(log: Path) -> Meter:
    """Of a load balancer whose one group is GROUP."""
    log.touch()
    return Meter(FakeAdmin(), ErrorLog(log), TargetRegistry(), lambda: {GROUP: "arn"})


def test_an_error_that_is_logged_late_is_told_late_and_of_whom_it_was(
    meter: Meter, log: Path
) -> None:
    def errors() -> dict[str, tuple[float, ...]]:
        return {d.name: d.values for d in meter.read() if "5XX" in d.name}

    assert errors() == {}
    log.write_text("app/shop/1 500 shop-blue-2 -\napp/shop/1 502 shop-blue-2 UF\n")
    assert errors() == {"HTTPCode_Target_5XX_Count": (1.0,), "HTTPCode_ELB_5XX_Count": (1.0,)}
    assert errors() == {}
