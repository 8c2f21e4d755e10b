"""One function for each behaviour: its name is what is reported when it fails.

A check that has to wait for something yields once: the others are made meanwhile. `CHECKS` names
the repair that each of them proves: the module below `emulator.repairs`, and where that is not
enough a `/` and the part that it replaces. `metrics` is the way of the traffic's own.
"""

from emulator.selfcheck.checks import (
    auto_scaling,
    calls,
    cloudformation,
    cloudwatch,
    codepipeline,
    elbv2,
    events,
    executions,
    iam,
    lambda_,
    targets,
    tasks,
    unanswered,
)
from emulator.selfcheck.subject import Check

CHECKS: dict[Check, str] = {  # those that have to wait longest come first
    **events.CHECKS,
    **cloudwatch.CHECKS,
    **unanswered.CHECKS,
    **lambda_.CHECKS,
    **executions.CHECKS,
    **calls.CHECKS,
    **tasks.CHECKS,
    **targets.CHECKS,
    **cloudformation.CHECKS,
    **elbv2.CHECKS,
    **auto_scaling.CHECKS,
    **codepipeline.CHECKS,
    **iam.CHECKS,
}
