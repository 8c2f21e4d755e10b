"""Checks that are made where they can be: what is not known blocks nobody, and is logged."""

from collections.abc import Callable

from viridian.core.errors import Refusal
from viridian.runtime.telemetry import logger


def attempt(name: str, check: Callable[[], None]) -> None:
    """Make the check; a Refusal is raised, and anything else that stops it is told in the log."""
    try:
        check()
    except Refusal:
        raise
    except Exception as error:
        logger.warning("check not made", extra={"check": name, "why": f"{error!r}"})


def keep(what: str, write: Callable[[], None]) -> None:
    """Write what is only told of a decision: that it could not be written stops nothing."""
    try:
        write()
    except Exception:
        logger.exception("not kept", extra={"what": what})
