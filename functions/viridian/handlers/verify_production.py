"""VerifyProduction: the last look, on the production route: is it the release that answers?"""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.http_probe import HttpProbe
from viridian.core.errors import WrongVersionServed
from viridian.core.evidence.probe import PRODUCTION_ROUNDS, complaints
from viridian.core.service.settings import Settings
from viridian.runtime.invocation import invocation
from viridian.runtime.telemetry import logger

shared_probe = HttpProbe()


@dataclass(frozen=True)
class Input:
    """The production route, and the version that must answer."""

    deployment_id: str
    url: str
    connect_to: str | None
    version: str
    settings: Settings


@invocation(Input)
def handler(given: Input, probe: HttpProbe = shared_probe) -> dict[str, Any]:
    """Answer with the requests made; raise WrongVersionServed at the first wrong answer."""
    checks, header = given.settings.safe_checks * PRODUCTION_ROUNDS, given.settings.version_header
    answers = probe.ask(given.url, checks, version_header=header, connect_to=given.connect_to)
    wrong = complaints(answers, version=given.version, version_header=header, of_production=True)
    if found := next(wrong, None):
        raise WrongVersionServed(found)

    logger.info("production verified", extra={"requests": len(checks)})
    return {"requests": len(checks)}
