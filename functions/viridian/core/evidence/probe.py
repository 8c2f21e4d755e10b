"""What HTTP checks ask and how their answers are judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from viridian.core.service.settings import SmokeTest

TARGET_HEADER = "X-Viridian-Target"
"""Selects a colour on the test listener."""

PRODUCTION_ROUNDS = 10
"""Times that VerifyProduction asks every check: enough to meet each of a few targets."""

WARM_WINDOW = 10
"""Requests whose median latency is compared with that of as many before."""

SETTLED_RATIO = 1.25
"""Latency has settled when the last median is at most this much above the one before."""


@dataclass(frozen=True)
class Answer:
    """An answer to one GET: status 0 means that none came, with the reason in `error`."""

    path: str
    status: int
    version: str | None
    seconds: float
    error: str = ""


def complaint(check: SmokeTest, answer: Answer, *, version: str, version_header: str) -> str | None:
    """What is wrong with an answer, or None when it is the wanted one."""
    if answer.status != check.status:
        found = answer.error or str(answer.status)
        return f"GET {check.path}: wanted {check.status}, found {found}"
    if answer.version != version:
        wanted = f"version {version} in {version_header}"
        return f"GET {check.path}: wanted {wanted}, found {answer.version or 'none'}"
    return None


def has_settled(seconds: Sequence[float]) -> bool:
    """Whether latency stopped falling: the last window is no better than the one before."""
    if len(seconds) < 2 * WARM_WINDOW:
        return False
    before = median(seconds[-2 * WARM_WINDOW : -WARM_WINDOW])
    last = median(seconds[-WARM_WINDOW:])
    return before <= last * SETTLED_RATIO and last <= before * SETTLED_RATIO
