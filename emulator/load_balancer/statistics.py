"""What Envoy has counted of each target group since its start, and what of it is new."""

from dataclasses import dataclass

from emulator.load_balancer.admin import Admin

COUNTERS = r"^cluster\.[^.]+\.(upstream_rq_total|upstream_cx_connect_fail|lb_healthy_panic)$"


@dataclass(frozen=True)
class ClusterCounts:
    """Requests that were sent to a target, connections that failed, requests that failed open."""

    sent: int = 0
    connection_errors: int = 0
    unhealthy_routing: int = 0

    def since(self, before: "ClusterCounts") -> "ClusterCounts":
        return ClusterCounts(
            self.sent - before.sent,
            self.connection_errors - before.connection_errors,
            self.unhealthy_routing - before.unhealthy_routing,
        )


def read_counts(admin: Admin) -> dict[str, ClusterCounts]:
    values = admin.values(COUNTERS)
    return {
        cluster: ClusterCounts(
            sent=values.get(f"cluster.{cluster}.upstream_rq_total", 0),
            connection_errors=values.get(f"cluster.{cluster}.upstream_cx_connect_fail", 0),
            unhealthy_routing=values.get(f"cluster.{cluster}.lb_healthy_panic", 0),
        )
        for cluster in {name.split(".")[1] for name in values}
    }
