"""The targets of this process's load balancer: what a fleet registers and asks about.

States are those of DescribeTargetHealth. Deregistering makes a target `draining`: it gets no new
request, those it has may finish, and it is gone after its group's deregistration delay.
"""

from emulator.target_health import DRAINING
from emulator.target_registry import TargetKey, TargetRegistry

registry = TargetRegistry()


def register(target_group_arn: str, host: str, port: int) -> None:
    registry.register(TargetKey(target_group_arn, host, port))


def deregister(target_group_arn: str, host: str, port: int) -> None:
    registry.deregister(TargetKey(target_group_arn, host, port))


def health(target_group_arn: str, host: str, port: int) -> tuple[str, str]:
    """State and reason, such as `("unhealthy", "Target.Timeout")`; a healthy one has no reason."""
    found = registry.health(TargetKey(target_group_arn, host, port))
    return found.state, found.reason


def is_draining(target_group_arn: str, host: str, port: int) -> bool:
    return health(target_group_arn, host, port)[0] == DRAINING


def seconds_left_draining(target_group_arn: str, host: str, port: int) -> float:
    return registry.seconds_left_draining(TargetKey(target_group_arn, host, port))
