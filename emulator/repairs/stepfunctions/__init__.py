"""Step Functions: JSONata tasks, timeouts, endings and integrations, as on AWS."""

from emulator.interference import Interferences
from emulator.repairs.stepfunctions import (
    errors,
    executions,
    http_tasks,
    interfering,
    nested,
    query_integrations,
    redriving,
    starting,
    tasks,
    tokens,
)


def apply(interferences: Interferences) -> None:
    errors.apply()
    executions.apply()
    http_tasks.apply()
    interfering.heed(interferences)
    nested.apply()
    query_integrations.apply()
    redriving.apply()
    starting.apply()
    tasks.apply()
    tokens.apply()
