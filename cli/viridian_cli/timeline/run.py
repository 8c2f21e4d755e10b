"""One modelled deployment: the steps of the machine, the standing alarms, the real judgement."""

from dataclasses import dataclass
from math import ceil, inf
from random import Random

from viridian.core.decision import Next, decide
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.comparison import PERIODS_BEFORE
from viridian.core.evidence.requests import Period, Traffic
from viridian.core.evidence.step import Evidence
from viridian.core.plan import Step, watch_slice
from viridian.core.service.settings import Settings
from viridian.core.verdict import judge
from viridian_cli.timeline.alarms import ALARMS
from viridian_cli.timeline.traffic import NONE, Balancer, Fault

QUIET = AlarmStates((), {})
LOOK_SECONDS = 2
"""From the end of a wait to a shift, a restore or the next wait."""


@dataclass(frozen=True)
class Case:
    """A fault that begins so long after the shift of one step, and what surrounds it.

    `delay` is how much later than its end a period's metrics are there.
    """

    settings: Settings
    per_minute: float
    delay: float
    fault: Fault = NONE
    step: int = 0
    begins_after: float = 0


@dataclass(frozen=True)
class Outcome:
    """How it ended: at which step, and after how many seconds of the fault, of the deployment."""

    is_promoted: bool
    step: int
    bad_seconds: float
    hurt: float
    seconds: float
    reason: str


def run(case: Case, seed: int) -> Outcome:
    """Deploy once: the phase of the metrics, of the alarms and each request fall as chance will."""
    return _Deployment(case, Random(seed)).run()  # noqa: S311 (a model, no secret)


class _Deployment:
    def __init__(self, case: Case, chance: Random) -> None:
        self._case, self._limits = case, case.settings.alarms
        self._period = self._limits.period_seconds
        self._now = 1_000 * self._period + chance.random() * self._period
        self._began_at = self._now
        self._alarm_phase = chance.random() * self._period
        self._balancer = Balancer(case.per_minute / 60, self._period, chance, case.fault)

    def run(self) -> Outcome:
        for number, step in enumerate(self._case.settings.steps):
            shifted_at = self._now
            self._balancer.moves.append((shifted_at, step.percent / 100))
            if number == self._case.step and self._case.fault is not NONE:
                self._balancer.begins_at = shifted_at + self._case.begins_after
            if reason := self._watch(step, shifted_at):
                return self._outcome(False, number, reason)
        return self._outcome(True, number, "")

    def _watch(self, step: Step, shifted_at: float) -> str:
        """Watch one step as Bake and JudgeCandidate do; the reason of a restore, if there is."""
        wait = watch_slice(step.seen_at(shifted_at, self._period) - shifted_at)
        while True:
            until = self._now + wait
            if alarm := self._first_alarm(self._now, until):
                return alarm
            self._now = until
            evidence = self._evidence(step, shifted_at)
            verdict = judge(evidence, self._limits)
            decision = decide(
                verdict,
                step,
                shifted_at=shifted_at,
                now=self._now,
                settings=self._case.settings,
            )
            self._now += LOOK_SECONDS
            if decision.next is Next.RESTORE:
                return verdict.reason
            if decision.next is Next.ADVANCE:
                return ""
            wait = decision.watch_seconds

    def _evidence(self, step: Step, shifted_at: float) -> Evidence:
        first = ceil(shifted_at / self._period) * self._period
        sides = {"candidate": first, "live": first - PERIODS_BEFORE * self._period}
        candidate, live = (
            Traffic(tuple(period for period in self._seen(role, since) if period.requests))
            for role, since in sides.items()
        )
        until = shifted_at + step.watch_seconds(self._period)
        return Evidence(QUIET, candidate, live, until)

    def _seen(self, role: str, first: float, now: float | None = None) -> list[Period]:
        """Periods from the first on whose metrics are there now."""
        last = (self._now if now is None else now) - self._case.delay - self._period
        starts = range(int(first), int(last) + 1, self._period)
        limit = self._limits.latency_p99_seconds
        return [self._balancer.counts(role, at).period(at, limit) for at in starts]

    def _first_alarm(self, since: float, until: float) -> str:
        """The first standing alarm that fires then; the clock stands where it did."""
        tick = ceil((since - self._alarm_phase) / self._period) * self._period + self._alarm_phase
        while tick < until:
            first = (tick - self._case.delay) // self._period * self._period - 2 * self._period
            periods = self._seen("candidate", first, tick)
            for name, fires in ALARMS.items():
                if fires(periods, self._case.settings):
                    self._now = tick + LOOK_SECONDS
                    return f"alarm {name}"
            tick += self._period
        return ""

    def _outcome(self, is_promoted: bool, step: int, reason: str) -> Outcome:
        begins_at = self._balancer.begins_at
        bad_seconds = max(0, self._now - begins_at) if begins_at < inf else 0
        hurt = self._balancer.hurt(self._now) if bad_seconds else 0
        took = self._now - self._began_at
        return Outcome(is_promoted, step, bad_seconds, hurt, took, reason)
