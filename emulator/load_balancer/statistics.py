"""What Envoy has counted since its start, and what of it is new."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from emulator.load_balancer.admin import Admin

Key = TypeVar("Key")

COUNTERS = r"^cluster\.[^.]+\.(upstream_rq_total|upstream_rq_[2-4]xx|lb_healthy_panic)$"
# What Envoy notes of an answer that is the target's: nothing, or that the client left meanwhile.
FLAGS_OF_TARGETS = ("-", "DC")
TIMES = r"^cluster\.[^.]+\.upstream_rq_time$"


@dataclass(frozen=True)
class ClusterCounts:
    """One target group's requests and its targets' answers."""

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

    def with_errors(self, count: int) -> "ClusterCounts":
        """With the 5xx, which Envoy's counters do not tell from the load balancer's own."""
        return replace(self, by_class={**self.by_class, "5xx": count})


@dataclass(frozen=True)
class Errors:
    """5xx: the load balancers' own by (load balancer, status), the targets' by cluster."""

    of_load_balancers: Mapping[tuple[str, int], int] = field(default_factory=dict)
    of_targets: Mapping[str, int] = field(default_factory=dict)


def read_counts(admin: Admin) -> dict[str, ClusterCounts]:
    values = admin.values(COUNTERS)
    times = admin.histograms(TIMES)
    return {
        cluster: ClusterCounts(
            requests=values.get(f"cluster.{cluster}.upstream_rq_total", 0),
            by_class={
                status: values.get(f"cluster.{cluster}.upstream_rq_{status}", 0)
                for status in ("2xx", "3xx", "4xx")
            },
            unhealthy_routing=values.get(f"cluster.{cluster}.lb_healthy_panic", 0),
            milliseconds=times.get(f"cluster.{cluster}.upstream_rq_time", {}),
        )
        for cluster in {name.split(".")[1] for name in values}
    }


class ErrorLog:
    """Reads on from where it stopped in the log that Envoy writes of every 5xx."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._of_load_balancers: Counter[tuple[str, int]] = Counter()
        self._of_targets: Counter[str] = Counter()

    def read(self) -> Errors:
        """Everything since the start."""
        with self._path.open("rb") as log:
            log.seek(self._offset)
            complete = log.read().rpartition(b"\n")[0]
        self._offset += len(complete) + 1 if complete else 0
        for line in complete.decode().splitlines():
            load_balancer, status, cluster, flags = line.split()
            if flags in FLAGS_OF_TARGETS:
                self._of_targets[cluster] += 1
            else:
                self._of_load_balancers[load_balancer, int(status)] += 1
        return Errors(dict(self._of_load_balancers), dict(self._of_targets))


def increase(after: Mapping[Key, int], before: Mapping[Key, int]) -> dict[Key, int]:
    grown = {key: count - before.get(key, 0) for key, count in after.items()}
    return {key: count for key, count in grown.items() if count > 0}
