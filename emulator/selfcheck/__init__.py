"""Shows at every start that each repair holds, on resources that are thrown away afterwards.

A repair replaces private parts of ministack; one that no longer takes hold would show something
that is not so on AWS. So nothing is served until every check here has passed.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import TypeVar

from emulator import repairs, targets
from emulator.errors import SelfCheckFailed
from emulator.repairs import iam
from emulator.selfcheck.checks import CHECKS
from emulator.selfcheck.subject import Check, Subject

Made = TypeVar("Made")
logger = logging.getLogger(__name__)


def run(checks: Collection[Check] = CHECKS.keys()) -> None:
    """Make the checks and forget everything that was made for them; name all that fail."""
    failures: list[str] = []
    if subject := _make("resources_are_made", Subject, failures):
        _make_all(checks, subject, failures)
    _make("what_was_made_is_forgotten", _forget, failures)
    if failures:
        raise SelfCheckFailed("; ".join(failures))


def _make_all(checks: Collection[Check], subject: Subject, failures: list[str]) -> None:
    names = [check.__name__ for check in checks]
    begun = [_make(c.__name__, partial(_begin, c, subject), failures) for c in checks]
    for name, rest in zip(names, begun, strict=True):
        if rest is not None:
            _make(name, partial(next, rest, None), failures)


def _begin(check: Check, subject: Subject) -> Iterator[None]:
    """Make a check up to where it waits; what it leaves to do until the others are made."""
    rest = check(subject) or iter(())
    next(rest, None)
    return rest


def _make(name: str, check: Callable[[], Made], failures: list[str]) -> Made | None:
    try:
        return check()
    except Exception as problem:
        logger.exception("%s failed", name)
        failures.append(f"{name}: {problem!r}")
        return None


def _forget() -> None:
    iam.enforce(False)
    repairs.forget_everything()
    targets.registry.clear()
