"""RequesterTold: CloudTrail tells who uploaded a release, or started a deployment: keep who.

It comes minutes later at worst, and nothing waits for it.
"""

from typing import Any

from viridian.adapters.executions import Executions
from viridian.adapters.records import Records
from viridian.core.errors import NotKnown
from viridian.core.event import caller, text
from viridian.core.release.request import VERSION_ID
from viridian.core.release.upload import Upload
from viridian.core.service.settings import SERVICE_NAME
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

account_executions = Executions.from_session()
table_records = Records.from_session(environment.table())
machine = environment.state_machine_arn()


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    executions: Executions = account_executions,
    records: Records = table_records,
    state_machine_arn: str = machine,
) -> dict[str, Any]:
    """Answer with the deployment; none that was refused at the door, of which there is no record.

    Raises NotKnown while it is on its way there: Lambda asks again.
    """
    by = caller(event)
    if "key" in event:
        bucket, key = text(event, "bucket"), text(event, "key")
        name = Upload.of(bucket, key, text(event, "version_id", VERSION_ID)).deployment_id
    else:
        name = text(event, "execution").rpartition(":")[2]
    found = executions.described(state_machine_arn, name)
    service = found.request.get("service") if found else None
    if found is None or not SERVICE_NAME.take(service):
        return {"deployment_id": None}
    is_kept = records.keep_requester(str(service), name, by)
    if not is_kept and not found.is_over:
        raise NotKnown(f"{name} is not admitted yet")

    logger.info("requester told", extra={"deployment": name, "by": by, "is_kept": is_kept})
    return {"deployment_id": name if is_kept else None}
