"""Promote: the candidate becomes live in the record; the former live is standby."""

from typing import Any

from viridian.adapters.leases import Leases
from viridian.adapters.production_records import ProductionRecords
from viridian.core.deployment import Stage
from viridian.runtime import environment
from viridian.runtime.telemetry import DEPLOYMENT_ID, MetricUnit, logger, metrics

table_leases = Leases.from_session(environment.table())
table_records = ProductionRecords.from_session(environment.table())


@logger.inject_lambda_context(correlation_id_path=DEPLOYMENT_ID, clear_state=True)
@metrics.log_metrics
def handler(
    event: dict[str, Any],
    _context: object,
    leases: Leases = table_leases,
    records: ProductionRecords = table_records,
) -> dict[str, Any]:
    """Answer with the version that is live. A breach recorded until now still refuses."""
    stage = Stage.from_event(event)
    deployment, colour = stage.deployment, stage.roles.candidate.colour
    leases.authorise_forward(
        deployment.service, stage.fence, percent=100, watched_alarms=stage.watched_alarms
    )
    records.put(
        deployment.service,
        version=deployment.release.version,
        colour=colour,
        deployment_id=deployment.id,
        at=event["now"],
    )

    logger.info("candidate promoted", extra={"colour": colour})
    metrics.add_metric("DeploymentsPromoted", MetricUnit.Count, 1)
    return {"version": deployment.release.version}
