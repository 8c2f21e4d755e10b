"""One function for each behaviour: its name is what is reported when it fails.

A check that has to wait for something yields once: the others are made meanwhile.
"""

from collections.abc import Callable, Iterator

from emulator.selfcheck.checks import (
    cloudformation,
    cloudwatch,
    elbv2,
    events,
    executions,
    iam,
    lambda_,
    targets,
    tasks,
)
from emulator.selfcheck.subject import Subject

Check = Callable[[Subject], Iterator[None] | None]

CHECKS: tuple[Check, ...] = (  # those that have to wait longest come first
    *events.CHECKS,
    *cloudwatch.CHECKS,
    *lambda_.CHECKS,
    *executions.CHECKS,
    *tasks.CHECKS,
    *targets.CHECKS,
    *cloudformation.CHECKS,
    *elbv2.CHECKS,
    *iam.CHECKS,
)
