"""One running task from its registration to its end, in the order in which ECS does it.

Out: deregistered, no new requests; drained for the groups' deregistration delay; SIGTERM; SIGKILL
after the container's stop timeout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from emulator.fleet.plan import Health

HOST = "127.0.0.1"
# A bound on what a group may ask for: ECS waits for the whole deregistration delay.
LONGEST_DRAIN_SECONDS = 60.0
# ECS's own default where a container definition has no stopTimeout.
STOP_TIMEOUT_SECONDS = 30.0


class Process(Protocol):
    """What a task needs of its program."""

    @property
    def exit_code(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Targets(Protocol):
    """What a task needs of the load balancer; times are seconds."""

    def register(self, target_group_arn: str, host: str, port: int, /) -> None: ...
    def deregister(self, target_group_arn: str, host: str, port: int, /) -> None: ...
    def health(self, target_group_arn: str, host: str, port: int, /) -> tuple[str, str]: ...
    def seconds_left_draining(self, target_group_arn: str, host: str, port: int, /) -> float: ...


class Step(StrEnum):
    """How far the way out has come."""

    IN_SERVICE = "in service"
    DRAINING = "draining"
    TERMINATED = "terminated"
    KILLED = "killed"


@dataclass
class RunningTask:
    """A program that serves on a port of loopback, behind target groups."""

    process: Process
    targets: Targets
    target_groups: Sequence[str]
    port: int
    stop_timeout_seconds: float = STOP_TIMEOUT_SECONDS
    step: Step = Step.IN_SERVICE
    next_step_at: float = 0.0

    def register(self) -> None:
        """Let the load balancer check it and, once healthy, send it requests."""
        for group in self.target_groups:
            self.targets.register(group, HOST, self.port)

    def deregister(self) -> None:
        """Take it out of its groups."""
        for group in self.target_groups:
            self.targets.deregister(group, HOST, self.port)

    @property
    def health(self) -> Health:
        """The worst of what its target groups say; healthy when there is none."""
        states = {self.targets.health(group, HOST, self.port)[0] for group in self.target_groups}
        if "unhealthy" in states:
            return Health.UNHEALTHY
        return Health.HEALTHY if states <= {"healthy"} else Health.UNKNOWN

    def begin_stop(self, now: float) -> None:
        """Start the way out; `advance` goes on with it."""
        if self.step is not Step.IN_SERVICE:
            return
        self.deregister()
        left = [self.targets.seconds_left_draining(g, HOST, self.port) for g in self.target_groups]
        self.step = Step.DRAINING
        self.next_step_at = now + min(max(left, default=0.0), LONGEST_DRAIN_SECONDS)

    def advance(self, now: float) -> None:
        """Take the next step of the way out when its time has come."""
        if now < self.next_step_at:
            return
        if self.step is Step.DRAINING:
            self.process.terminate()
            self.step = Step.TERMINATED
            self.next_step_at = now + self.stop_timeout_seconds
        elif self.step is Step.TERMINATED:
            self.process.kill()
            self.step = Step.KILLED

    @property
    def exit_code(self) -> int | None:
        """None while the program runs."""
        return self.process.exit_code
