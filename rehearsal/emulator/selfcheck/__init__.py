"""Shows at every start that each repair holds, on resources that are thrown away afterwards.

A repair replaces private parts of ministack; one that no longer takes hold would make the rehearsal
prove something that is not true. So nothing is served until every check here has passed.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ministack import app

from rehearsal.emulator import targets
from rehearsal.emulator.errors import SelfCheckFailed
from rehearsal.emulator.repairs import iam
from rehearsal.emulator.selfcheck.checks import CHECKS
from rehearsal.emulator.selfcheck.subject import Subject

Made = TypeVar("Made")


def run() -> None:
    """Make every check, then forget everything that was made for it."""
    try:
        subject = _make("resources_are_made", Subject)
        for check in CHECKS:
            _make(check.__name__, partial(check, subject))
    finally:
        iam.enforce(False)
        app._reset_all_state()
        targets.registry.clear()


def _make(name: str, check: Callable[[], Made]) -> Made:
    try:
        return check()
    except Exception as problem:
        raise SelfCheckFailed(f"{name}: {problem!r}") from problem
