"""The metrics of AWS/ApplicationELB, made from one second of traffic.

As on AWS a metric of requests has a datapoint only while there are some, `HTTPCode_ELB_*` are known
for the load balancer only, and host counts are reported while targets are registered.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
has each of them. It does not say whether a request counts when it begins or when it ends: here when
it begins.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from emulator.load_balancer.request_log import Logged
from emulator.load_balancer.statistics import ClusterCounts
from emulator.target_health import HEALTHY, UNHEALTHY

NAMESPACE = "AWS/ApplicationELB"
TOLD_APART = (500, 502, 503, 504)


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


def group_metrics(group: GroupIdentity, new: ClusterCounts, ended: Sequence[Logged]) -> list[Datum]:
    """What a group's requests of this second add, for the group and for its load balancer.

    `RequestCount` has every request for which a target was chosen, whoever answered it, if anyone.
    """
    answers = [request for request in ended if request.is_of_target]
    classes = Counter(f"HTTPCode_Target_{answer.status // 100}XX_Count" for answer in answers)
    sums = {
        "RequestCount": new.sent + sum(request.is_unreached for request in ended),
        "TargetConnectionErrorCount": new.connection_errors,
        **classes,
    }
    scopes = _scopes(group)
    data = [datum for scope in scopes for datum in _counts(sums, scope)]
    data += _counts({"UnhealthyRoutingRequestCount": new.unhealthy_routing}, scopes[1])
    times = Counter(answer.seconds for answer in answers if answer.seconds is not None)
    return data + [_times(times, scope) for scope in scopes if times]


def load_balancer_metrics(ended: Iterable[Logged]) -> list[Datum]:
    """What load balancers answered themselves, a rule's fixed responses among it."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for request in ended:
        if not request.is_of_target:
            sums[request.load_balancer].update(_own_metrics(request))
    return [d for name, own in sums.items() for d in _counts(own, {"LoadBalancer": name})]


def _own_metrics(request: Logged) -> Iterator[str]:
    if request.status >= 300:
        yield f"HTTPCode_ELB_{request.status // 100}XX_Count"
    if request.status in TOLD_APART:
        yield f"HTTPCode_ELB_{request.status}_Count"
    if request.is_fixed:
        yield "HTTP_Fixed_Response_Count"


def _counts(sums: Mapping[str, int], scope: Mapping[str, str]) -> list[Datum]:
    """So many ones: as on AWS their minimum, maximum and average are 1."""
    return [Datum(name, "Count", scope, (1.0,), (n,)) for name, n in sums.items() if n > 0]


def _times(times: Counter[float], scope: Mapping[str, str]) -> Datum:
    return Datum("TargetResponseTime", "Seconds", scope, tuple(times), tuple(times.values()))


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
