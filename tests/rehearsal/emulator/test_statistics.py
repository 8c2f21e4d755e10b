"""Envoy's counters become the metrics that CloudWatch has for a load balancer."""

import pytest

from rehearsal.emulator.load_balancer.metrics import GroupIdentity, group_metrics, host_metrics
from rehearsal.emulator.load_balancer.statistics import ClusterCounts, FailureLog

GROUP = GroupIdentity("app/shop/1", "targetgroup/shop-blue/2")


def sums(counts):
    data = group_metrics(GROUP, counts)
    return {d.name: d.values[0] for d in data if "TargetGroup" in d.dimensions}


def test_only_what_happened_has_a_datapoint():
    assert sums(ClusterCounts()) == {}
    assert sums(ClusterCounts(3, {"2xx": 2, "5xx": 1})) == {
        "RequestCount": 3.0,
        "HTTPCode_Target_2XX_Count": 2.0,
        "HTTPCode_Target_5XX_Count": 1.0,
    }


def test_metrics_are_known_for_the_group_and_for_the_load_balancer():
    data = group_metrics(GROUP, ClusterCounts(1))
    assert [datum.dimensions for datum in data] == [
        {"LoadBalancer": "app/shop/1"},
        {"LoadBalancer": "app/shop/1", "TargetGroup": "targetgroup/shop-blue/2"},
    ]


def test_response_times_are_seconds_with_their_counts():
    datum = group_metrics(GROUP, ClusterCounts(2, {}, 0, {5.0: 1, 250.0: 1}))[-1]
    assert (datum.name, datum.values, datum.counts) == ("TargetResponseTime", (0.005, 0.25), (1, 1))


def test_only_new_requests_count():
    before = ClusterCounts(10, {"2xx": 10}, 0, {1.0: 10})
    after = ClusterCounts(12, {"2xx": 11, "5xx": 1}, 0, {1.0: 11, 9.0: 1})
    assert after.since(before) == ClusterCounts(2, {"2xx": 1, "5xx": 1}, 0, {1.0: 1, 9.0: 1})


def test_error_of_the_load_balancer_is_not_one_of_the_target():
    found = ClusterCounts(3, {"5xx": 3}).of_targets_only(2, ClusterCounts())
    assert found.by_class == {"5xx": 1}


def test_failure_that_is_logged_before_it_is_counted_is_made_up_for():
    first = ClusterCounts(1, {"5xx": 1}).of_targets_only(2, ClusterCounts())
    second = ClusterCounts(2, {"5xx": 2}).of_targets_only(2, first)
    assert (first.by_class, second.by_class) == ({"5xx": 0}, {"5xx": 0})


def test_hosts_are_counted_by_health():
    data = host_metrics(GROUP, ["healthy", "healthy", "unhealthy", "initial"])
    assert {d.name: d.values[0] for d in data} == {"HealthyHostCount": 2, "UnHealthyHostCount": 1}


def test_group_without_targets_reports_no_hosts():
    assert host_metrics(GROUP, []) == []


@pytest.fixture
def log(tmp_path):
    return tmp_path / "failures.log"


def test_log_is_read_on_from_where_it_stopped(log):
    log.write_text("app/shop/1 503 shop-blue-2 UH\napp/shop/1 0 shop-blue-2 DC\napp/shop/1 50")
    reader = FailureLog(log)
    assert reader.read().by_cluster == {"shop-blue-2": 1}
    with log.open("a") as end:
        end.write("2 shop-blue-2 UF\n")
    assert reader.read().by_status == {("app/shop/1", 503): 1, ("app/shop/1", 502): 1}
