"""Checks that are made where they can be: what is not known blocks nobody, and is logged."""

from collections.abc import Callable, Iterable

from viridian.core.errors import Refusal
from viridian.core.preflight import Check
from viridian.runtime.telemetry import logger


def attempt(name: str, check: Callable[[], object]) -> None:
    """Make the check; a Refusal is raised, and anything else that stops it is told in the log."""
    try:
        check()
    except Refusal:
        raise
    except Exception as error:
        logger.warning("check not made", extra={"check": name, "why": f"{error!r}"})


def require_passed(checks: Iterable[Check]) -> None:
    """Make them in their order; the first Refusal is raised."""
    for check in checks:
        if check.is_optional:
            attempt(check.name, check.make)
        else:
            check.make()


def keep(what: str, write: Callable[[], None]) -> None:
    """Write what is only told of a decision: that it could not be written stops nothing."""
    try:
        write()
    except Exception:
        logger.exception("not kept", extra={"what": what})
