"""Turns what Envoy counts and logs into datapoints, once a second."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from emulator.load_balancer.admin import Admin
from emulator.load_balancer.envoy import LOG_FLUSH_MILLISECONDS
from emulator.load_balancer.metrics import (
    Datum,
    GroupIdentity,
    group_metrics,
    host_metrics,
    load_balancer_metrics,
)
from emulator.load_balancer.model import cluster_name
from emulator.load_balancer.request_log import Logged, RequestLog
from emulator.load_balancer.statistics import ClusterCounts, read_counts
from emulator.target_registry import TargetRegistry

# After it the log usually has all that was counted. What it has not is told a second later.
LOG_DELAY_SECONDS = 2 * LOG_FLUSH_MILLISECONDS / 1000


class Meter:
    """Remembers what has been reported. A request is counted when it is sent to a target, and its
    answer when it ends, so a line of the log that comes late makes a datapoint late and never a
    wrong one. `groups` tells every group that a load balancer uses, and its ARN."""

    def __init__(
        self,
        admin: Admin,
        log: RequestLog,
        registry: TargetRegistry,
        groups: Callable[[], Mapping[GroupIdentity, str]],
    ) -> None:
        self._admin = admin
        self._log = log
        self._registry = registry
        self._groups = groups
        self._counts: dict[str, ClusterCounts] = {}

    def read(self) -> list[Datum]:
        """What is new since the last time."""
        counts = read_counts(self._admin)
        time.sleep(LOG_DELAY_SECONDS)
        ended = self._log.read()
        return [*self._of_groups(counts, ended), *load_balancer_metrics(ended), *self._hosts()]

    def _of_groups(
        self, counts: dict[str, ClusterCounts], ended: Iterable[Logged]
    ) -> Iterator[Datum]:
        by_cluster: dict[str, list[Logged]] = {}
        for request in ended:
            by_cluster.setdefault(request.cluster, []).append(request)
        for group in self._groups():
            cluster = cluster_name(group.target_group)
            before = self._counts.get(cluster, ClusterCounts())
            self._counts[cluster] = now = counts.get(cluster, before)
            yield from group_metrics(group, now.since(before), by_cluster.get(cluster, []))

    def _hosts(self) -> Iterator[Datum]:
        for group, arn in self._groups().items():
            targets = self._registry.targets(arn)
            yield from host_metrics(group, [target.health.state for target in targets])
