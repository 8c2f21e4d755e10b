"""The health of one target, as Elastic Load Balancing tells it.

A new target is `initial` until one check passes; from then on the group's thresholds count
consecutive results. A deregistered target is `draining` until the group's delay has passed, also
when nothing is left to drain. Pure: results and times come from the caller.
"""

from dataclasses import dataclass, replace

INITIAL = "initial"
HEALTHY = "healthy"
UNHEALTHY = "unhealthy"
DRAINING = "draining"
UNUSED = "unused"


@dataclass(frozen=True)
class HealthCheck:
    """How a group checks its targets. The defaults are Elastic Load Balancing's own."""

    path: str = "/"
    port: str = "traffic-port"
    interval_seconds: float = 30
    timeout_seconds: float = 5
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    matcher: str = "200"

    def accepts(self, status: int) -> bool:
        """Whether the matcher, such as `200`, `200,204` or `200-299`, names this status."""
        ranges = (part.partition("-") for part in self.matcher.split(","))
        return any(int(low) <= status <= int(high or low) for low, _, high in ranges)


@dataclass(frozen=True)
class TargetHealth:
    """Where a target stands: its state, why, and the unbroken run of results behind it."""

    state: str = INITIAL
    reason: str = "Elb.RegistrationInProgress"
    passed: int = 0
    failed: int = 0

    def after_pass(self, check: HealthCheck) -> "TargetHealth":
        passed = self.passed + 1
        if self.state == INITIAL or passed >= check.healthy_threshold:
            return TargetHealth(HEALTHY, "", passed)
        return replace(self, passed=passed, failed=0)

    def after_failure(self, check: HealthCheck, reason: str) -> "TargetHealth":
        failed = self.failed + 1
        if failed >= check.unhealthy_threshold:
            return TargetHealth(UNHEALTHY, reason, failed=failed)
        pending = "Elb.InitialHealthChecking" if self.state == INITIAL else self.reason
        return replace(self, reason=pending, passed=0, failed=failed)
