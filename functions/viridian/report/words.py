"""What a person who was not there is told first: how it ended, and why, in words."""

import re
from dataclasses import dataclass
from typing import Any

from viridian.core import errors
from viridian.core.ending import ENDINGS


@dataclass(frozen=True)
class Headline:
    """How an ending is told: its sign and tone, and what became of the release."""

    sign: str
    tone: str
    said: str


GOOD, BAD, URGENT, QUIET = "good", "bad", "urgent", "quiet"
HEADLINES = {
    "DeploymentPromoted": Headline("✓", GOOD, "was promoted and serves all of production"),
    "RequestRejected": Headline("✗", BAD, "was refused at the door"),
    "DeploymentRefused": Headline("○", QUIET, "was refused, since another deployment was first"),
    "PreflightFailed": Headline("✗", BAD, "was not begun, since production did not allow it"),
    "CandidateRejected": Headline("✗", BAD, "was rejected before a client met it"),
    "DeploymentReverted": Headline("↩", BAD, "was taken back"),
    "StandbyRetired": Headline("✓", GOOD, "was promoted and stays live"),
    "StandbyRestored": Headline("↩", BAD, "was taken back after its promotion"),
    "DeploymentStopped": Headline("■", QUIET, "was stopped, and the traffic made whole"),
    "RestoreHeld": Headline("!", URGENT, "could not be taken back: a person must act now"),
    "RestoreUnverified": Headline("!", URGENT, "may still be live: a person must look now"),
    "LeaseLost": Headline("○", QUIET, "gave way to a newer deployment"),
}
UNENDED = Headline("…", QUIET, "has not ended yet")
WELL = ("DeploymentPromoted", "StandbyRetired")
"""Endings whose cause says what the headline has said already."""
LONGEST_IN_SHORT = 160
"""Characters of a headline's cause; all of it stands below."""

ALARMS = {
    "ErrorRate": ("share of errors", " %"),
    "Latency": ("response time", " s"),
    "UnhealthyHosts": ("unhealthy targets", ""),
    "UnhealthyRouting": ("requests sent to unhealthy targets", ""),
    "Elb5xx": ("errors of the load balancer itself", ""),
}
"""What our own alarms watch, and in which unit, by the part of their name that the stack gives."""

WENT_INTO_ALARM = re.compile(r"(\S+) went into ALARM at (\S+): (.*)", re.DOTALL)
NUMBER = r"(-?\d+(?:\.\d+)?(?:E-?\d+)?)"
CROSSED = re.compile(rf"\[{NUMBER}\b[^\[]*threshold \({NUMBER}\)")


@dataclass(frozen=True)
class Breach:
    """An alarm that fired, as the cause of an ending carries it."""

    alarm: str
    at: str
    reason: str

    @classmethod
    def in_cause(cls, cause: Any) -> "Breach | None":
        """None when the cause is something else."""
        found = WENT_INTO_ALARM.search(cause) if isinstance(cause, str) else None
        return cls(*found.groups()) if found else None

    def watched(self, document: dict[str, Any]) -> str:
        """What went over which limit, and whose it is."""
        words, unit = watched_by(self.alarm)
        return f"{side_of(self.alarm, document)}{words}{crossing(self.reason, unit)}"


def final(document: dict[str, Any]) -> str | None:
    """The ending that counts: that of the standby window, once there is one."""
    return document.get("standby_ending") or document.get("ending")


def cause_of(document: dict[str, Any]) -> str:
    """The cause of the ending that counts, in its own words."""
    is_standby = document.get("standby_ending")
    return str(document.get("standby_cause" if is_standby else "cause") or "")


def headline(ending: str | None) -> Headline:
    """How an ending is told; one that this version does not know has its name."""
    if ending is None:
        return UNENDED
    return HEADLINES.get(ending) or Headline("?", QUIET, f"ended as {ending}")


def next_steps(ending: str | None) -> tuple[str, str]:
    """Where production is, and who acts, as the core has it."""
    known = ENDINGS.get(ending or "")
    return (known.production, known.who_acts) if known else ("not known", "not known")


def in_short(document: dict[str, Any]) -> str:
    """The cause for the headline; nothing where that needs none."""
    if final(document) in (None, *WELL):
        return ""
    told = cause_in_words(cause_of(document), document)
    return told if len(told) <= LONGEST_IN_SHORT else f"{told[: LONGEST_IN_SHORT - 1]}…"


def cause_in_words(cause: str, document: dict[str, Any]) -> str:
    """A cause without what only the machine needs: the names of alarms and of our errors."""
    breach = Breach.in_cause(cause)
    if breach:
        return f"an alarm fired on {breach.watched(document)}"
    name, _, rest = cause.partition(": ")
    if not rest or not hasattr(errors, name):
        return cause
    asked, _, answer = rest.partition(": ")
    is_answer = name == errors.HookFailed.__name__ and answer
    return f"{asked} answered {answer}" if is_answer else rest


def watched_by(alarm: str) -> tuple[str, str]:
    """What an alarm watches, and the unit of it; one that is not ours has its name."""
    return next((words for part, words in ALARMS.items() if part in alarm), (alarm, ""))


def side_of(alarm: str, document: dict[str, Any]) -> str:
    """Whose alarm it is, as it goes before what it watches; nothing for a shared one."""
    sides = document.get("sides", {})
    roles = {"candidate": "the release's ", "live": "the live side's "}
    for role, words in roles.items():
        if alarm in sides.get(role, {}).get("alarms", ()):
            return words
    return ""


def crossing(reason: str, unit: str) -> str:
    """The value that an alarm saw and its threshold, if its reason tells them."""
    found = CROSSED.search(reason)
    if not found:
        return ""
    value, limit = (f"{float(text):.3g}{unit}" for text in found.groups())
    return f" ({value}, at most {limit} allowed)"
