"""What happened, one after the other: the marks of the picture and the rows of its table.

Looks that found the same and went on watching are one: a deployment of a day has 1 440.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from viridian.report.markup import NOTHING
from viridian.report.times import count, figure, number, seconds
from viridian.report.words import Breach, cause_in_words, headline, side_of, watched_by

SIGNS = {
    "begin": "▸",
    "forward": "▲",
    "back": "▼",
    "Healthy": "✓",
    "Unknown": "?",
    "Failing": "✗",
    "alarm": "!",
    "answer": "◆",
    "step": "·",
    "end": "■",
}
"""A shape for each kind, so that nothing is told by colour alone."""
NAMES = {
    "forward": "traffic to the release",
    "back": "traffic back",
    "Healthy": "judged Healthy",
    "Unknown": "judged Unknown",
    "Failing": "judged Failing",
    "alarm": "alarm",
    "answer": "answer or control",
    "end": "ending",
}
NEXT = {
    "Advance": "the step is over",
    "Watch": "watch on",
    "Restore": "take it back",
    "Retire": "let the former live go",
}


@dataclass(frozen=True)
class Happening:
    """One of them: when, in which state, what was decided, on which numbers, and by what."""

    at: float
    kind: str
    state: str
    what: str
    numbers: str
    by: str
    until: float | None = None
    looks: int = 1
    is_breach: bool = False

    @property
    def told(self) -> str:
        """What was decided, and how often."""
        return self.what if self.looks == 1 else f"{self.what} ({figure(self.looks)} looks)"


def happenings(document: dict[str, Any]) -> list[Happening]:
    """All of a deployment, in their order."""
    found = [
        *_begun(document),
        *_alarms(document),
        *_decided(document),
        *_answered(document),
        *_ended(document),
    ]
    return list(_joined(sorted(found, key=lambda each: each.at)))


def _joined(found: list[Happening]) -> Iterator[Happening]:
    last: Happening | None = None
    for each in found:
        if last and _is_same(last, each):
            last = replace(each, at=last.at, until=each.at, looks=last.looks + 1)
            continue
        if last:
            yield last
        last = each
    if last:
        yield last


def _is_same(one: Happening, other: Happening) -> bool:
    are_looks = one.what.endswith(NEXT["Watch"])
    return are_looks and (one.state, one.what) == (other.state, other.what)


def _begun(document: dict[str, Any]) -> Iterator[Happening]:
    at = seconds(document.get("admitted_at"))
    if at is not None:
        by = str(document.get("requested_by") or "")
        yield Happening(at, "begin", "AdmitRequest", "the deployment began", "", by)


def _decided(document: dict[str, Any]) -> Iterator[Happening]:
    for decision in document.get("decisions", ()):
        state, at = str(decision.get("state", "")), seconds(decision.get("at"))
        if at is not None:
            tell = TELL.get(state, _other)
            yield replace(tell(decision), at=at, state=state)


def _of(kind: str, what: str, numbers: str, by: str, *, is_breach: bool = False) -> Happening:
    return Happening(0.0, kind, "", what, numbers, by, is_breach=is_breach)


def _prepared(decision: dict[str, Any]) -> Happening:
    revision = str(decision.get("revision") or "").rpartition("/")[2]
    numbers = f"{_tasks(decision)} of {revision or 'an unknown revision'}"
    return _of("step", "the candidate was prepared", numbers, "the release")


def _shifted(decision: dict[str, Any]) -> Happening:
    before, after = _number(decision, "before"), _number(decision, "after")
    numbers = f"both sides at {_tasks(decision)}"
    return _of("forward", f"traffic from {before} % to {after} %", numbers, "the plan")


def _judged(decision: dict[str, Any]) -> Happening:
    verdict, move = str(decision.get("verdict", "")), str(decision.get("next", ""))
    percent = decision.get("step", {}).get("percent", NOTHING)
    failure = decision.get("failure", {})
    reason, cause = str(decision.get("reason") or ""), str(failure.get("Cause") or "")
    goes_back = move == "Restore"
    numbers = f"{reason}; {cause}" if goes_back and cause != reason else reason
    what = f"{verdict} at {percent} %: {NEXT.get(move, move)}"
    kind = verdict if verdict in SIGNS else "step"
    by = str(failure.get("Error") or "") if goes_back else "the evidence"
    return _of(kind, what, numbers, by, is_breach=goes_back)


def _promoted(decision: dict[str, Any]) -> Happening:
    what = f"{decision.get('version', 'the release')} was made production"
    numbers = f"on {decision.get('colour', 'its side')}"
    return _of("step", what, numbers, "the last step")


def _watched(decision: dict[str, Any]) -> Happening:
    move = str(decision.get("next", ""))
    goes_back, reason = move == "Restore", str(decision.get("reason") or "")
    what = f"standby: {NEXT.get(move, move)}"
    kind = "back" if goes_back else "step"
    return _of(kind, what, reason, "the evidence", is_breach=goes_back)


def _restored(decision: dict[str, Any]) -> Happening:
    what = f"all traffic seen on {decision.get('live', 'the live side')} again"
    return _of("back", what, f"{_number(decision, 'after')} % to the release", "the way back")


def _retired(decision: dict[str, Any]) -> Happening:
    what = f"the {decision.get('retired', 'idle')} side was let go"
    numbers = f"{_tasks(decision)} left on {decision.get('colour', 'it')}"
    return _of("step", what, numbers, "the drain")


def _other(decision: dict[str, Any]) -> Happening:
    """A state that this version knows nothing of: its plain members."""
    plain = (
        f"{name} {value}"
        for name, value in decision.items()
        if name not in ("at", "state") and isinstance(value, (str, int, float))
    )
    return _of("step", "decided", ", ".join(plain), "")


TELL: dict[str, Callable[[dict[str, Any]], Happening]] = {
    "PrepareCandidate": _prepared,
    "ShiftTraffic": _shifted,
    "JudgeCandidate": _judged,
    "Promote": _promoted,
    "WatchStandby": _watched,
    "VerifyRestored": _restored,
    "RetireSide": _retired,
}


def _tasks(decision: dict[str, Any]) -> str:
    return count(number(decision.get("size")), "task")


def _number(decision: dict[str, Any], name: str) -> str:
    return figure(number(decision.get(name)))


def _alarms(document: dict[str, Any]) -> Iterator[Happening]:
    """The breaches that ended it, by their own time; others when a look first found them firing."""
    told = set()
    for cause in (document.get("cause"), document.get("standby_cause")):
        breach = Breach.in_cause(cause)
        at = seconds(breach.at) if breach else None
        if breach and at is not None:
            told.add(breach.alarm)
            what, why = f"alarm: {breach.watched(document)}", f"{breach.alarm}: {breach.reason}"
            yield Happening(at, "alarm", "", what, why, "CloudWatch", is_breach=True)
    before: set[str] = set()
    for decision in document.get("decisions", ()):
        alarms = decision.get("evidence", {}).get("alarms")
        at = seconds(decision.get("at"))
        if alarms is None or at is None:
            continue
        firing = {name for name, state in alarms.get("states", {}).items() if state == "ALARM"}
        for name in sorted(firing - before - told):
            what = f"found in alarm: {side_of(name, document)}{watched_by(name)[0]}"
            why = f"{name}: {alarms.get('reasons', {}).get(name, 'no reason was read')}"
            yield Happening(at, "alarm", "", what, why, "CloudWatch")
        before = firing


def _answered(document: dict[str, Any]) -> Iterator[Happening]:
    for control in document.get("controls", ()):
        at = seconds(control.get("at"))
        if at is not None:
            what, why, by = (str(control.get(name) or "") for name in ("action", "reason", "by"))
            yield Happening(at, "answer", "", what, why, by)


def _ended(document: dict[str, Any]) -> Iterator[Happening]:
    for of in ("", "standby_"):
        at, ending = seconds(document.get(f"{of}ended_at")), document.get(f"{of}ending")
        if at is not None and ending:
            why = cause_in_words(str(document.get(f"{of}cause") or ""), document)
            yield Happening(at, "end", str(ending), headline(str(ending)).said, why, "")
