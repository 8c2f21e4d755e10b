"""Turns what Envoy counts into datapoints, once a second."""

import time
from collections.abc import Iterator, Mapping

from ministack.services import alb

from rehearsal.emulator.load_balancer.admin import Admin
from rehearsal.emulator.load_balancer.envoy import LOG_FLUSH_MILLISECONDS
from rehearsal.emulator.load_balancer.metrics import (
    Datum,
    GroupIdentity,
    elb_failure_metrics,
    group_metrics,
    host_metrics,
)
from rehearsal.emulator.load_balancer.model import cluster_name
from rehearsal.emulator.load_balancer.snapshot import full_name
from rehearsal.emulator.load_balancer.statistics import (
    ClusterCounts,
    FailureLog,
    Failures,
    increase,
    read_counts,
)
from rehearsal.emulator.repairs.elbv2.rules import load_balancers_of
from rehearsal.emulator.target_registry import TargetRegistry

LOG_DELAY_SECONDS = 2 * LOG_FLUSH_MILLISECONDS / 1000


class Meter:
    """Remembers what has been reported. The log is read after the counters, so an error of the
    load balancer is never taken for one of a target."""

    def __init__(self, admin: Admin, log: FailureLog, registry: TargetRegistry) -> None:
        self._admin = admin
        self._log = log
        self._registry = registry
        self._counts: dict[str, ClusterCounts] = {}
        self._failures: Mapping[tuple[str, int], int] = {}

    def read(self) -> list[Datum]:
        """What is new since the last time."""
        counts = read_counts(self._admin)
        time.sleep(LOG_DELAY_SECONDS)
        failures = self._log.read()
        return [*self._requests(counts, failures), *self._failed(failures), *self._hosts()]

    def _requests(self, counts: dict[str, ClusterCounts], failures: Failures) -> Iterator[Datum]:
        for group in _groups():
            cluster = cluster_name(group.target_group)
            before = self._counts.get(cluster, ClusterCounts())
            failed = failures.by_cluster.get(cluster, 0)
            now = counts.get(cluster, ClusterCounts()).of_targets_only(failed, before)
            self._counts[cluster] = now
            yield from group_metrics(group, now.since(before))

    def _failed(self, failures: Failures) -> list[Datum]:
        before, self._failures = self._failures, failures.by_status
        return elb_failure_metrics(increase(failures.by_status, before))

    def _hosts(self) -> Iterator[Datum]:
        for group, arn in _groups().items():
            targets = self._registry.targets(arn)
            yield from host_metrics(group, [target.health.state for target in targets])


def _groups() -> dict[GroupIdentity, str]:
    """Every group that a load balancer uses, and its ARN."""
    return {
        GroupIdentity(full_name(load_balancer), full_name(arn)): arn
        for arn, group in alb._tgs.items()
        for load_balancer in load_balancers_of(group)
    }
