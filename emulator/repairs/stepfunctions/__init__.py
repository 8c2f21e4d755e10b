"""Step Functions: JSONata tasks, timeouts, endings and the ELBv2 integration, as on AWS."""

from emulator.interference import Interferences
from emulator.repairs.stepfunctions import (
    elbv2_integration,
    errors,
    executions,
    interfering,
    redriving,
    starting,
    tasks,
    tokens,
)


def apply(interferences: Interferences) -> None:
    elbv2_integration.apply()
    errors.apply()
    executions.apply()
    interfering.heed(interferences)
    redriving.apply()
    starting.apply()
    tasks.apply()
    tokens.apply()
