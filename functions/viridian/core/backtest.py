"""Back-test: the looks of an old record, judged again by a service file of today.

The evidence of a look is what was known then, so this answers: would these thresholds have caught
it, or taken back a good release? When the looks were made, and of which steps, stays as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from viridian.core.decision import Next, decide
from viridian.core.evidence.step import Evidence
from viridian.core.plan import Step
from viridian.core.service.settings import Settings
from viridian.core.values import revive
from viridian.core.verdict import judge


@dataclass(frozen=True)
class Again:
    """One look: its time (ISO 8601) and share, what followed then, and what would now, and why."""

    at: str
    percent: int
    was: str
    would: str
    verdict: str
    reason: str

    @property
    def is_other(self) -> bool:
        """Whether something else would follow."""
        return self.was != self.would


def looks_again(document: Mapping[str, Any], settings: Settings) -> Iterator[Again]:
    """Every look that a record's document kept with its evidence."""
    for decision in document["decisions"]:
        if "evidence" not in decision:
            continue
        step = revive(Step, decision["step"])
        verdict = judge(revive(Evidence, decision["evidence"]), settings.alarms)
        shifted_at, read_at = decision["shifted_at"], decision["read_at"]
        found = decide(verdict, step, shifted_at=shifted_at, now=read_at, settings=settings)
        yield Again(
            decision["at"],
            step.percent,
            decision["next"],
            str(found.next),
            str(verdict.finding),
            verdict.reason,
        )


def first_restore(looks: list[Again]) -> Again | None:
    """The look that would have taken the traffic back."""
    return next((look for look in looks if look.would == Next.RESTORE), None)
