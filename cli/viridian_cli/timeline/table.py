"""The timeline of a service file as a table: each fault, when it begins, how late metrics are."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from viridian.core.service.settings import Settings
from viridian_cli.timeline.run import Case, Outcome, run
from viridian_cli.timeline.traffic import NONE, Fault

DELAYS = (60, 120, 180)
"""Seconds from the end of a period until its metrics are there, as they were seen on AWS."""

LATEST_SECONDS = 120
"""A fault that begins so long before the end of the last bake, or sooner, is to be stopped."""

RUNS = 40
"""Deployments behind each figure, each by a chance of its own."""

FAULTS = (
    Fault("answers 500 to 20 %", errors=0.2),
    Fault("answers 500 to 3 %", errors=0.03),
    Fault("never answers", unanswered=1),
    Fault("never answers 20 %", unanswered=0.2),
    Fault("refuses 20 % of connections", refused=0.2),
    Fault("answers all too slowly", slow=1),
)


@dataclass(frozen=True)
class Start:
    """When a fault begins: so many seconds after the shift of a step."""

    name: str
    step: int
    after: float


def starts(settings: Settings) -> tuple[Start, Start]:
    """With the first request, and as late as it must still be stopped."""
    last = len(settings.steps) - 1
    latest = max(0, settings.steps[last].bake_seconds - LATEST_SECONDS)
    name = f"{LATEST_SECONDS} s before the last bake ends"
    return Start("the first shift", 0, 0), Start(name, last, latest)


def outcomes(case: Case, runs: int = RUNS) -> list[Outcome]:
    """So many deployments of one case."""
    return [run(case, seed) for seed in range(runs)]


def table(settings: Settings, per_minute: float) -> str:
    """In Markdown: seconds until a fault is stopped, and the requests that it hurt by then."""
    late = " | ".join(f"metrics {delay} s late" for delay in DELAYS)
    lines = [
        f"| a release that | from | {late} |",
        "|---|---|" + "---|" * len(DELAYS),
        *(_line(settings, per_minute, *row) for row in _rows(settings)),
    ]
    return "\n".join(lines) + "\n"


def _rows(settings: Settings) -> Iterator[tuple[Fault, Start]]:
    yield NONE, Start("", 0, 0)
    for fault in FAULTS:
        for start in starts(settings):
            yield fault, start


def _line(settings: Settings, per_minute: float, fault: Fault, start: Start) -> str:
    tell = _promotion if fault is NONE else _stop
    cells = (
        tell(outcomes(Case(settings, per_minute, delay, fault, start.step, start.after)))
        for delay in DELAYS
    )
    return f"| {fault.name} | {start.name} | {' | '.join(cells)} |"


def _promotion(found: list[Outcome]) -> str:
    promoted = [outcome.seconds for outcome in found if outcome.is_promoted]
    reverted = len(found) - len(promoted)
    minutes = f"promoted after {median(promoted) / 60:.0f} min" if promoted else ""
    return f"{minutes}{f', **{100 * reverted / len(found):.0f} % reverted**' if reverted else ''}"


def _stop(found: list[Outcome]) -> str:
    stopped = [outcome for outcome in found if not outcome.is_promoted]
    promoted = 100 * (len(found) - len(stopped)) / len(found)
    told = f"**{promoted:.0f} % promoted**" if promoted else ""
    if not stopped:
        return told
    seconds, hurt = [o.bad_seconds for o in stopped], [o.hurt for o in stopped]
    figures = f"{median(seconds):.0f} s, at most {max(seconds):.0f} s; {median(hurt):.0f} hurt"
    return f"{figures}{', ' if told else ''}{told}"
