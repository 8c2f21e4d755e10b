"""Step Functions: JSONata tasks, timeouts, endings and the ELBv2 integration, as on AWS."""

from emulator.interference import Interferences
from emulator.repairs.stepfunctions import (
    errors,
    executions,
    interfering,
    query_integrations,
    redriving,
    starting,
    tasks,
    tokens,
)


def apply(interferences: Interferences) -> None:
    errors.apply()
    executions.apply()
    interfering.heed(interferences)
    query_integrations.apply()
    redriving.apply()
    starting.apply()
    tasks.apply()
    tokens.apply()
