"""Step Functions: JSONata tasks, timeouts, endings and the ELBv2 integration, as on AWS."""

from emulator.repairs.stepfunctions import (
    elbv2_integration,
    errors,
    executions,
    starting,
    tasks,
    tokens,
)


def apply() -> None:
    elbv2_integration.apply()
    errors.apply()
    executions.apply()
    starting.apply()
    tasks.apply()
    tokens.apply()
