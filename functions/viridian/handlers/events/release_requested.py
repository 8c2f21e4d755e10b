"""ReleaseRequested: start the deployment that an event of one's own asks for, once for each event.

The event's detail is the request. Whoever may put such events on the bus may deploy.
"""

from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.adapters.executions import Executions
from viridian.adapters.records import Records
from viridian.adapters.starter import Starter
from viridian.core.event import at, text
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

account_starter = Starter(
    Executions.from_session(),
    Artifacts.from_session(environment.artifact_bucket()),
    Records.from_session(environment.table()),
    environment.state_machine_arn(),
)


@logger.inject_lambda_context(correlation_id_path="id", clear_state=True)
def handler(
    event: dict[str, Any], _context: object, starter: Starter = account_starter
) -> dict[str, Any]:
    """Answer with the deployment's id."""
    name = starter.begin(at(event, "detail"), text(event, "id"), is_automatic=True)

    logger.info("deployment asked for", extra={"deployment": name})
    return {"deployment_id": name}
