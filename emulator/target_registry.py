"""Which targets stand behind which target group, and how each of them is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import NamedTuple, Protocol

from emulator.target_health import DRAINING, UNUSED, HealthCheck, TargetHealth


class TargetKey(NamedTuple):
    """A target is known by its group, address and port: one address may serve on many ports."""

    target_group_arn: str
    host: str
    port: int


@dataclass(frozen=True)
class Target:
    key: TargetKey
    health: TargetHealth = field(default_factory=TargetHealth)
    draining_until: float | None = None


class TargetGroups(Protocol):
    """What the registry asks about a group."""

    def is_in_use(self, target_group_arn: str) -> bool: ...
    def deregistration_delay_seconds(self, target_group_arn: str) -> float: ...
    def health_check(self, target_group_arn: str) -> HealthCheck: ...


class DefaultGroups:
    """Groups as Elastic Load Balancing makes them when nothing is said."""

    def is_in_use(self, _target_group_arn: str) -> bool:
        return True

    def deregistration_delay_seconds(self, _target_group_arn: str) -> float:
        return 300

    def health_check(self, _target_group_arn: str) -> HealthCheck:
        return HealthCheck()


class TargetRegistry:
    """Safe from every thread. `on_change` is called after each change the data plane must see, of
    which `changes` is the number.
    """

    def __init__(
        self, groups: TargetGroups | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.groups: TargetGroups = groups or DefaultGroups()
        self.on_change: Callable[[], None] = lambda: None
        self._clock = clock
        self._lock = RLock()
        self.changes = 0
        self._targets: dict[TargetKey, Target] = {}

    def register(self, key: TargetKey) -> None:
        """A target that is draining may come back; one that is registered stays as it is."""
        with self._lock:
            known = self._current(key)
            if known is not None and known.draining_until is None:
                return
            self._targets[key] = Target(key)
            self.changes += 1
        self.on_change()

    def deregister(self, key: TargetKey) -> None:
        with self._lock:
            known = self._current(key)
            if known is None or known.draining_until is not None:
                return
            delay = self.groups.deregistration_delay_seconds(key.target_group_arn)
            health = TargetHealth(DRAINING, "Target.DeregistrationInProgress")
            self._targets[key] = Target(key, health, self._clock() + delay)
            self.changes += 1
        self.on_change()

    def forget_group(self, target_group_arn: str) -> None:
        with self._lock:
            for key in [key for key in self._targets if key.target_group_arn == target_group_arn]:
                del self._targets[key]
            self.changes += 1
        self.on_change()

    def clear(self) -> None:
        with self._lock:
            self._targets.clear()
            self.changes += 1
        self.on_change()

    def record_check(self, key: TargetKey, failure: str = "") -> None:
        """Count one health check; `failure` is the reason code of one that did not pass."""
        check = self.groups.health_check(key.target_group_arn)
        with self._lock:
            known = self._targets.get(key)
            if known is None or known.draining_until is not None:
                return
            before = known.health
            after = before.after_failure(check, failure) if failure else before.after_pass(check)
            self._targets[key] = replace(known, health=after)
            self.changes += after.state != before.state
        if after.state != before.state:
            self.on_change()

    def targets(self, target_group_arn: str | None = None) -> list[Target]:
        """Every target, or those of one group; a drained target is gone."""
        with self._lock:
            keys = list(self._targets)
            found = [target for key in keys if (target := self._current(key)) is not None]
        return [t for t in found if target_group_arn in (None, t.key.target_group_arn)]

    def health(self, key: TargetKey) -> TargetHealth:
        """As DescribeTargetHealth answers: a group in no rule is not checked and not used."""
        with self._lock:
            known = self._current(key)
        if known is None:
            return TargetHealth(UNUSED, "Target.NotRegistered")
        if known.draining_until is None and not self.groups.is_in_use(key.target_group_arn):
            return TargetHealth(UNUSED, "Target.NotInUse")
        return known.health

    def seconds_left_draining(self, key: TargetKey) -> float:
        with self._lock:
            known = self._current(key)
        if known is None or known.draining_until is None:
            return 0.0
        return max(0.0, known.draining_until - self._clock())

    def _current(self, key: TargetKey) -> Target | None:
        target = self._targets.get(key)
        if target is None or target.draining_until is None or self._clock() < target.draining_until:
            return target
        del self._targets[key]
        return None
