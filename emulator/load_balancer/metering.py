"""Turns what Envoy counts into datapoints, once a second."""

import time
from collections.abc import Callable, Iterator, Mapping

from emulator.load_balancer.admin import Admin
from emulator.load_balancer.envoy import LOG_FLUSH_MILLISECONDS
from emulator.load_balancer.metrics import (
    Datum,
    GroupIdentity,
    elb_failure_metrics,
    group_metrics,
    host_metrics,
)
from emulator.load_balancer.model import cluster_name
from emulator.load_balancer.statistics import (
    ClusterCounts,
    ErrorLog,
    Errors,
    increase,
    read_counts,
)
from emulator.target_registry import TargetRegistry

# After it the log usually has all that was counted. What it has not is told a second later.
LOG_DELAY_SECONDS = 2 * LOG_FLUSH_MILLISECONDS / 1000


class Meter:
    """Remembers what has been reported. Whose an error is, each line of the log says by itself, so
    a line that comes late makes a datapoint late and never a wrong one. `groups` tells every group
    that a load balancer uses, and its ARN."""

    def __init__(
        self,
        admin: Admin,
        log: ErrorLog,
        registry: TargetRegistry,
        groups: Callable[[], Mapping[GroupIdentity, str]],
    ) -> None:
        self._admin = admin
        self._log = log
        self._registry = registry
        self._groups = groups
        self._counts: dict[str, ClusterCounts] = {}
        self._own_errors: Mapping[tuple[str, int], int] = {}

    def read(self) -> list[Datum]:
        """What is new since the last time."""
        counts = read_counts(self._admin)
        time.sleep(LOG_DELAY_SECONDS)
        errors = self._log.read()
        return [*self._requests(counts, errors), *self._failed(errors), *self._hosts()]

    def _requests(self, counts: dict[str, ClusterCounts], errors: Errors) -> Iterator[Datum]:
        for group in self._groups():
            cluster = cluster_name(group.target_group)
            before = self._counts.get(cluster, ClusterCounts())
            failed = errors.of_targets.get(cluster, 0)
            now = counts.get(cluster, ClusterCounts()).with_errors(failed)
            self._counts[cluster] = now
            yield from group_metrics(group, now.since(before))

    def _failed(self, errors: Errors) -> list[Datum]:
        before, self._own_errors = self._own_errors, errors.of_load_balancers
        return elb_failure_metrics(increase(errors.of_load_balancers, before))

    def _hosts(self) -> Iterator[Datum]:
        for group, arn in self._groups().items():
            targets = self._registry.targets(arn)
            yield from host_metrics(group, [target.health.state for target in targets])
