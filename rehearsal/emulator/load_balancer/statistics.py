"""What Envoy has counted since its start, and what of it is new."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from rehearsal.emulator.load_balancer.admin import Admin

Key = TypeVar("Key")

COUNTERS = r"^cluster\.[^.]+\.(upstream_rq_total|upstream_rq_[2-5]xx|lb_healthy_panic)$"
TIMES = r"^cluster\.[^.]+\.upstream_rq_time$"


@dataclass(frozen=True)
class ClusterCounts:
    """One target group's requests; Envoy's 5xx has those that the load balancer answered too."""

    requests: int = 0
    by_class: Mapping[str, int] = field(default_factory=dict)
    unhealthy_routing: int = 0
    milliseconds: Mapping[float, int] = field(default_factory=dict)

    def since(self, before: "ClusterCounts") -> "ClusterCounts":
        return ClusterCounts(
            self.requests - before.requests,
            increase(self.by_class, before.by_class),
            self.unhealthy_routing - before.unhealthy_routing,
            increase(self.milliseconds, before.milliseconds),
        )

    def of_targets_only(self, failures: int, before: "ClusterCounts") -> "ClusterCounts":
        """Without the load balancer's own 5xx. The failures may be newer than the counts, so the
        difference can be too small for a moment: it never falls behind what was told before."""
        errors = self.by_class.get("5xx", 0) - failures
        errors = max(errors, before.by_class.get("5xx", 0))
        return replace(self, by_class={**self.by_class, "5xx": errors})


@dataclass(frozen=True)
class Failures:
    """Errors the load balancer answered itself, by (load balancer, status) and by cluster."""

    by_status: Mapping[tuple[str, int], int] = field(default_factory=dict)
    by_cluster: Mapping[str, int] = field(default_factory=dict)


def read_counts(admin: Admin) -> dict[str, ClusterCounts]:
    values = admin.values(COUNTERS)
    times = admin.histograms(TIMES)
    return {
        cluster: ClusterCounts(
            requests=values.get(f"cluster.{cluster}.upstream_rq_total", 0),
            by_class={
                status: values.get(f"cluster.{cluster}.upstream_rq_{status}", 0)
                for status in ("2xx", "3xx", "4xx", "5xx")
            },
            unhealthy_routing=values.get(f"cluster.{cluster}.lb_healthy_panic", 0),
            milliseconds=times.get(f"cluster.{cluster}.upstream_rq_time", {}),
        )
        for cluster in {name.split(".")[1] for name in values}
    }


class FailureLog:
    """Reads on from where it stopped in the log that Envoy writes of its own answers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._by_status: Counter[tuple[str, int]] = Counter()
        self._by_cluster: Counter[str] = Counter()

    def read(self) -> Failures:
        """Everything since the start; only 5xx count."""
        with self._path.open("rb") as log:
            log.seek(self._offset)
            complete = log.read().rpartition(b"\n")[0]
        self._offset += len(complete) + 1 if complete else 0
        for line in complete.decode().splitlines():
            load_balancer, status, cluster, _flags = line.split()
            if int(status) >= 500:
                self._by_status[load_balancer, int(status)] += 1
                self._by_cluster[cluster] += 1
        return Failures(dict(self._by_status), dict(self._by_cluster))


def increase(after: Mapping[Key, int], before: Mapping[Key, int]) -> dict[Key, int]:
    grown = {key: count - before.get(key, 0) for key, count in after.items()}
    return {key: count for key, count in grown.items() if count > 0}
