"""What HTTP checks ask and how their answers are judged."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from viridian.core.evidence.body import body_complaints
from viridian.core.service.smoke_tests import SmokeTest

PRODUCTION_ROUNDS = 10
"""Times that VerifyProduction asks every safe check: enough to meet each of a few targets."""

LOGIN_HINT = (
    " without a version: if a login stands before the application, give the check its "
    "production_status"
)
"""Behind what production answered when the application itself was not asked."""

WARM_WINDOW = 10
"""Requests whose median latency is compared with that of as many before."""

SETTLED_RATIO = 1.25
"""Latency has settled when the last median is at most this much above the one before."""


@dataclass(frozen=True)
class Answer:
    """An answer to one check: status 0 means that none came, with the reason in `error`.

    `leads_to` is the host that a redirect names; of a long body only its beginning is kept.
    """

    check: SmokeTest
    status: int
    version: str | None
    seconds: float
    error: str = ""
    leads_to: str = ""
    body: bytes = field(default=b"", repr=False)


def complaints(
    answers: Iterable[Answer], *, version: str, version_header: str, of_production: bool = False
) -> Iterator[str]:
    """What is wrong with each answer that is not the release's, as they come.

    A login before production answers without a version: that one is not the application's. How
    long production takes is for the alarms to judge.
    """
    for answer in answers:
        guard = answer.check.production_status if of_production else None
        wanted = guard or answer.check.status
        asked = f"{answer.check.method} {answer.check.path}: wanted"
        if answer.status != wanted:
            hint = LOGIN_HINT if of_production and _is_guarded(answer) else ""
            yield f"{asked} {wanted}, found {_found(answer)}{hint}"
        elif answer.version != version and not (guard and answer.version is None):
            told = f"version {version} in {version_header}"
            yield f"{asked} {told}, found {_heard(answer.check, answer.version) or 'none'}"
        elif guard is None:
            yield from (f"{asked} {unmet}" for unmet in body_complaints(answer.check, answer.body))
            most = answer.check.max_seconds
            if most is not None and answer.seconds > most and not of_production:
                yield f"{asked} an answer within {most:g} s, found {answer.seconds:.3f} s"


def _found(answer: Answer) -> str:
    to = f" to {_heard(answer.check, answer.leads_to)}" if answer.leads_to else ""
    return answer.error or f"{answer.status}{to}"


def _heard(check: SmokeTest, text: str | None) -> str | None:
    """What was answered, unless it may be what a check sent that must be told nowhere."""
    return "another" if text and check.secret_headers else text


def _is_guarded(answer: Answer) -> bool:
    """Whether something that is not the application sent the client elsewhere, or away."""
    return 300 <= answer.status < 500 and answer.version is None


def has_settled(seconds: Sequence[float]) -> bool:
    """Whether latency stopped falling: the last window is no better than the one before."""
    if len(seconds) < 2 * WARM_WINDOW:
        return False
    before = median(seconds[-2 * WARM_WINDOW : -WARM_WINDOW])
    last = median(seconds[-WARM_WINDOW:])
    return before <= last * SETTLED_RATIO and last <= before * SETTLED_RATIO
