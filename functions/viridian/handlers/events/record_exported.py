"""RecordExported: an execution ended: write its deployment's record as a document and a report.

Both are written anew at each ending: a deployment's, its standby's, that of a guardian's execution.
Of what was refused at the door there is no record.
"""

import json
from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.adapters.decisions import Decisions
from viridian.adapters.executions import Executions
from viridian.adapters.records import Records
from viridian.core.document import document, document_key, report_key, subject_of
from viridian.core.event import text
from viridian.core.execution import NAME
from viridian.report.page import page
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

account_executions = Executions.from_session()
artifact_bucket = Artifacts.from_session(environment.artifact_bucket())
table_records = Records.from_session(environment.table())
table_decisions = Decisions(table_records.dynamodb, table_records.table)


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    executions: Executions = account_executions,
    artifacts: Artifacts = artifact_bucket,
    records: Records = table_records,
    decisions: Decisions = table_decisions,
) -> dict[str, Any]:
    """Answer with the document's key; none where there is nothing to tell.

    The document first: should its page fail, Lambda tries again, and the document is there.
    """
    found = executions.described(text(event, "machine"), text(event, "execution", NAME))
    subject = subject_of(found) if found else None
    record = records.whole(*subject) if subject else {}
    if subject is None or "admitted_at" not in record:
        return {"key": None}
    service, deployment_id = subject
    told = document(service, deployment_id, record, decisions.of(deployment_id))
    key = document_key(service, deployment_id)
    artifacts.replace(key, json.dumps(told).encode(), "application/json")
    report = page(told).encode()
    artifacts.replace(report_key(service, deployment_id), report, "text/html; charset=utf-8")

    logger.info("record exported", extra={"deployment": deployment_id, "key": key})
    return {"key": key}
