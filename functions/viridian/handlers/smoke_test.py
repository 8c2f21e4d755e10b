"""SmokeTest: ask the candidate every check of the service on its test route."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.http_probe import HttpProbe
from viridian.core.errors import SmokeTestFailed
from viridian.core.evidence.probe import complaints
from viridian.core.service.settings import Settings
from viridian.core.service.smoke_tests import TARGET_HEADER
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

shared_probe = HttpProbe()


@dataclass(frozen=True)
class Input:
    """The test route, the side to ask on it, and the version that must answer."""

    deployment_id: str
    url: str
    connect_to: str | None
    colour: str
    version: str
    settings: Settings


@invocation(Input)
def handler(given: Input, probe: HttpProbe = shared_probe) -> dict[str, Any]:
    """Answer with the checks passed; raise SmokeTestFailed with every complaint."""
    checks, header = given.settings.smoke_tests, given.settings.version_header
    answers = probe.ask(
        given.url,
        checks,
        version_header=header,
        connect_to=given.connect_to,
        headers={TARGET_HEADER: given.colour},
    )
    if found := list(complaints(answers, version=given.version, version_header=header)):
        raise SmokeTestFailed("; ".join(found))

    logger.info("smoke test passed", extra={"checks": len(checks)})
    return {"checks": len(checks)}
