"""What HTTP checks ask and how their answers are judged."""

from collections.abc import Iterable, Iterator, Sequence
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
    """An answer to one check: status 0 means that none came, with the reason in `error`."""

    check: SmokeTest
    status: int
    version: str | None
    seconds: float
    error: str = ""


def complaints(answers: Iterable[Answer], *, version: str, version_header: str) -> Iterator[str]:
    """What is wrong with each answer that is not the release's, as they come."""
    for answer in answers:
        asked = f"GET {answer.check.path}: wanted"
        if answer.status != answer.check.status:
            yield f"{asked} {answer.check.status}, found {answer.error or answer.status}"
        elif answer.version != version:
            wanted = f"version {version} in {version_header}"
            yield f"{asked} {wanted}, found {answer.version or 'none'}"


def has_settled(seconds: Sequence[float]) -> bool:
    """Whether latency stopped falling: the last window is no better than the one before."""
    if len(seconds) < 2 * WARM_WINDOW:
        return False
    before = median(seconds[-2 * WARM_WINDOW : -WARM_WINDOW])
    last = median(seconds[-WARM_WINDOW:])
    return before <= last * SETTLED_RATIO and last <= before * SETTLED_RATIO
