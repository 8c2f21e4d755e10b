"""ArtifactUploaded: start the deployment of an uploaded release, once for each upload."""

from typing import Any

from viridian.adapters.executions import Executions
from viridian.core.release.upload import Upload
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

account_executions = Executions.from_session()
machine = environment.state_machine_arn()


@logger.inject_lambda_context(correlation_id_path="id", clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    executions: Executions = account_executions,
    state_machine_arn: str = machine,
) -> dict[str, Any]:
    """Answer with the deployment's id. The manifest is read, and refused, by the deployment."""
    upload = Upload.from_event(event)
    is_new = executions.start(state_machine_arn, upload.deployment_id, upload.request)

    message = "deployment started" if is_new else "upload seen before"
    logger.info(message, extra={"deployment": upload.deployment_id})
    return {"deployment_id": upload.deployment_id, "is_new": is_new}
