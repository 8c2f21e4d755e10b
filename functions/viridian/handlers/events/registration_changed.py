"""RegistrationChanged: deploy what is live on a new task template, where the service asks for it.

The event proves nothing: what is registered is read, and compared with what live was made from.
"""

from typing import Any

from viridian.adapters.executions import Executions
from viridian.adapters.records import Records
from viridian.adapters.registrations import Registrations
from viridian.core.event import text
from viridian.core.execution import name_end
from viridian.core.schema import Limits
from viridian.core.service.registration import parameter_name
from viridian.core.service.settings import SERVICE_NAME
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

PREFIX = parameter_name("")
PARAMETER = Limits(
    pattern=f"{PREFIX}{SERVICE_NAME.pattern}", hint="the parameter of a registration"
)

account_executions = Executions.from_session()
account_registrations = Registrations.from_session()
table_records = Records.from_session(environment.table())
machine = environment.state_machine_arn()


@logger.inject_lambda_context(correlation_id_path="id", clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    executions: Executions = account_executions,
    registrations: Registrations = account_registrations,
    records: Records = table_records,
    state_machine_arn: str = machine,
) -> dict[str, Any]:
    """Answer with the deployment's id, one for each template; none where there is nothing to do.

    While another deployment runs it is refused: the template then comes with the next release.
    """
    service = text(event, "detail.name", PARAMETER).removeprefix(PREFIX)
    registration = registrations.get(service)
    live = records.production(service)
    ran = records.ran(service, live.version) if live else None
    if ran is None or registration.settings.on_template_change != "deploy":
        return {"deployment_id": None}
    if ran.blueprint.template == registration.template:
        return {"deployment_id": None}
    name = f"{service}-template-{name_end(registration.template)}"
    executions.start(state_machine_arn, name, {"service": service})

    logger.info("deployment started", extra={"deployment": name})
    return {"deployment_id": name}
