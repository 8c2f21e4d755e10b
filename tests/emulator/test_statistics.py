"""What Envoy counts and logs becomes the metrics that CloudWatch has for a load balancer."""

from pathlib import Path
from typing import Any

import pytest

from emulator.load_balancer.admin import Admin
from emulator.load_balancer.metering import Meter
from emulator.load_balancer.metrics import (
    Datum,
    GroupIdentity,
    group_metrics,
    host_metrics,
    load_balancer_metrics,
)
from emulator.load_balancer.request_log import Logged, RequestLog
from emulator.load_balancer.statistics import ClusterCounts
from emulator.target_registry import TargetRegistry

GROUP = GroupIdentity("app/shop/1", "targetgroup/shop-blue/2")
LINES = """\
app/shop/1 200 shop-blue-2 - 5012
app/shop/1 500 shop-blue-2 DC 250000
app/shop/1 502 shop-blue-2 UF,DC -
app/shop/1 504 shop-blue-2 SI -
app/shop/1 0 shop-blue-2 DC -
app/shop/1 404 - - -
app/shop/1 400 - DPE -
"""
LOGGED = [Logged.parse(line) for line in LINES.splitlines()]


def sums(data: list[Datum], *, of_group: bool) -> dict[str, int]:
    return {d.name: sum(d.counts) for d in data if ("TargetGroup" in d.dimensions) == of_group}


def test_a_group_has_what_its_targets_were_asked_and_what_they_answered() -> None:
    of_blue = [request for request in LOGGED if request.cluster == "shop-blue-2"]
    data = group_metrics(GROUP, ClusterCounts(4, connection_errors=1, unhealthy_routing=1), of_blue)
    common = {
        "RequestCount": 5,  # with the one that no target was reached for
        "HTTPCode_Target_2XX_Count": 1,
        "HTTPCode_Target_5XX_Count": 1,
        "TargetConnectionErrorCount": 1,
        "TargetResponseTime": 2,
    }
    assert sums(data, of_group=True) == {**common, "UnhealthyRoutingRequestCount": 1}
    assert sums(data, of_group=False) == common
    assert {d.values for d in data if d.unit == "Seconds"} == {(0.005, 0.25)}


def test_a_load_balancer_has_what_it_answered_itself() -> None:
    assert sums(load_balancer_metrics(LOGGED), of_group=False) == {
        "HTTPCode_ELB_502_Count": 1,
        "HTTPCode_ELB_504_Count": 1,
        "HTTPCode_ELB_5XX_Count": 2,
        "HTTPCode_ELB_4XX_Count": 3,
        "HTTP_Fixed_Response_Count": 1,
    }


def test_only_what_happened_has_a_datapoint() -> None:
    assert group_metrics(GROUP, ClusterCounts(), []) == []


def test_counts_are_ones() -> None:
    assert {d.values for d in group_metrics(GROUP, ClusterCounts(7), [])} == {(1.0,)}


def test_hosts_are_counted_by_health() -> None:
    data = host_metrics(GROUP, ["healthy", "healthy", "unhealthy", "initial"])
    assert {d.name: d.values[0] for d in data} == {"HealthyHostCount": 2, "UnHealthyHostCount": 1}


def test_group_without_targets_reports_no_hosts() -> None:
    assert host_metrics(GROUP, []) == []


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "requests.log"


def test_log_is_read_on_from_where_it_stopped(log: Path) -> None:
    log.write_text("app/shop/1 500 shop-blue-2 - 10\napp/shop/1 50")
    reader = RequestLog(log, lambda: None)
    assert [request.status for request in reader.read()] == [500]
    with log.open("a") as end:
        end.write("2 shop-blue-2 UF -\n")
    assert [request.status for request in reader.read()] == [502]


def test_a_long_log_is_begun_anew_and_nothing_of_it_is_lost(log: Path) -> None:
    log.write_text("app/shop/1 200 shop-blue-2 - 10\n")

    def reopen() -> None:
        with log.with_suffix(".old").open("a") as rest:
            rest.write("app/shop/1 201 shop-blue-2 - 10\n")
        log.write_text("app/shop/1 202 shop-blue-2 - 10\n")

    reader = RequestLog(log, reopen, most_bytes=10)
    assert [request.status for request in [*reader.read(), *reader.read()]] == [200, 201, 202]
    assert log.stat().st_size < 50


class FakeAdmin(Admin):
    """Counts five requests."""

    def __init__(self) -> None:
        pass

    def values(self, _pattern: str) -> dict[str, Any]:
        return {"cluster.shop-blue-2.upstream_rq_total": 5}


def test_what_is_logged_late_is_told_late_and_once(log: Path) -> None:
    log.touch()
    reader = RequestLog(log, lambda: None)
    meter = Meter(FakeAdmin(), reader, TargetRegistry(), lambda: {GROUP: "arn"})
    assert sums(meter.read(), of_group=True) == {"RequestCount": 5}
    log.write_text(LINES.splitlines(keepends=True)[1])
    assert sums(meter.read(), of_group=True) == {
        "HTTPCode_Target_5XX_Count": 1,
        "TargetResponseTime": 1,
    }
    assert meter.read() == []
