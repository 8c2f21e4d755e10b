"""What is made to go wrong with one thing that happens: a call of a state, an event on its way.

An interference says where it acts, as patterns over what the happening says of itself, with which
text in it, how often, and what then happens:

    {"where": {"state": "ShiftTraffic", "machine": "arn:…:Deploy"}, "mentions": "\"shop\"",
     "kind": "failed", "error": "Lambda.Unknown", "times": 3}

A call of a state is `{"machine": arn, "state": name}`, its text the execution's input. An event is
`{"function": arn}`, its text what the function is handed. A call of the API (refused or failed) is
`{"caller": arn of the role's session, "action": "service:Action"}`, its text what is asked.
"""

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

LONGEST_HOLD_SECONDS = 60.0


class Kind(StrEnum):
    """What happens instead."""

    REFUSED = "refused"  # it is not done, and the error is the answer
    FAILED = "failed"  # it is done, and the error is the answer
    TIMED_OUT = "timed out"  # it is not done, and the time is over at once
    LOST = "lost"  # it is done, no answer comes, the time is over; an event never comes
    LATE = "late"  # as timed out, and then done after `seconds`; an event comes so late
    STOPPED = "stopped"  # it is done, and the execution is stopped
    HELD = "held"  # it waits until it is let go, then it is done
    TWICE = "twice"  # an event comes, and comes again after `seconds`


@dataclass
class Interference:
    """One of them; `seen` counts what it met, beyond its `times` too."""

    where: Mapping[str, str]
    mentions: str
    kind: Kind
    error: str = ""
    times: int = 1
    seconds: float = 0.0
    seen: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "Interference":
        """As asked for; raises ValueError or TypeError when it is not one."""
        return cls(**{**asked, "kind": Kind(asked["kind"])})

    def meets(self, happening: Mapping[str, str], text: str) -> bool:
        """Whether it is meant."""
        return self.mentions in text and all(
            fnmatchcase(happening.get(name, ""), pattern) for name, pattern in self.where.items()
        )

    def wait(self) -> None:
        """Hold what happens until it is let go."""
        self.let_go.wait(LONGEST_HOLD_SECONDS)


class Interferences:
    """Those that are on, by number."""

    def __init__(self) -> None:
        self._on: dict[int, Interference] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, interference: Interference) -> int:
        """From here on it acts; its number."""
        with self._lock:
            number = next(self._numbers)
            self._on[number] = interference
        return number

    def meet(self, happening: Mapping[str, str], text: str) -> Interference | None:
        """The first one that is meant and has times left; it counts what it met."""
        acting = None
        with self._lock:
            for interference in self._on.values():
                if acting is None and interference.meets(happening, text):
                    interference.seen += 1
                    acting = interference if interference.seen <= interference.times else None
        return acting

    def seen(self, number: int) -> int:
        """How often it was met."""
        return self._on[number].seen

    def let_go(self, number: int) -> None:
        """Let go what it holds, and what comes."""
        self._on[number].let_go.set()

    def end(self, number: int) -> None:
        """It acts no more."""
        with self._lock:
            self._on.pop(number).let_go.set()
