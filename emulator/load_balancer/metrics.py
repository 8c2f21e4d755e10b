"""The metrics of AWS/ApplicationELB, made from one second of traffic.

As on AWS a metric of requests has a datapoint only while there are some, `HTTPCode_ELB_5XX_Count`
is known for the load balancer only, and host counts are reported while targets are registered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from emulator.load_balancer.statistics import ClusterCounts
from emulator.target_health import HEALTHY, UNHEALTHY

NAMESPACE = "AWS/ApplicationELB"
SECOND = 1000


class GroupIdentity(NamedTuple):
    """The values of the CloudWatch dimensions, such as `app/shop/1` and `targetgroup/blue/2`."""

    load_balancer: str
    target_group: str


@dataclass(frozen=True)
class Datum:
    """Values and how often each of them was seen."""

    name: str
    unit: str
    dimensions: Mapping[str, str]
    values: tuple[float, ...]
    counts: tuple[int, ...] = (1,)


def group_metrics(group: GroupIdentity, new: ClusterCounts) -> list[Datum]:
    """What a group's requests of this second add, for the group and for its load balancer."""
    sums = {
        "RequestCount": new.requests,
        "UnhealthyRoutingRequestCount": new.unhealthy_routing,
        **{f"HTTPCode_Target_{status.upper()}_Count": n for status, n in new.by_class.items()},
    }
    data = [
        Datum(name, "Count", scope, (float(count),))
        for name, count in sums.items()
        for scope in _scopes(group)
        if count
    ]
    if not new.milliseconds:
        return data
    seconds = tuple(milliseconds / SECOND for milliseconds in new.milliseconds)
    counts = tuple(new.milliseconds.values())
    times = [Datum("TargetResponseTime", "Seconds", s, seconds, counts) for s in _scopes(group)]
    return data + times


def elb_failure_metrics(by_status: Mapping[tuple[str, int], int]) -> list[Datum]:
    data = []
    for (load_balancer, status), count in by_status.items():
        for code in ("5XX", str(status)):
            name = f"HTTPCode_ELB_{code}_Count"
            data.append(Datum(name, "Count", {"LoadBalancer": load_balancer}, (float(count),)))
    return data


def host_metrics(group: GroupIdentity, states: Iterable[str]) -> list[Datum]:
    known = list(states)
    if not known:
        return []
    counts = {"HealthyHostCount": HEALTHY, "UnHealthyHostCount": UNHEALTHY}
    scope = _scopes(group)[1]
    return [
        Datum(name, "Count", scope, (float(known.count(state)),)) for name, state in counts.items()
    ]


def _scopes(group: GroupIdentity) -> list[dict[str, str]]:
    load_balancer = {"LoadBalancer": group.load_balancer}
    return [load_balancer, {**load_balancer, "TargetGroup": group.target_group}]
