"""The matrix: each state of both machines, and what may happen there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import cycle
from typing import Any

from viridian_cdk.machine import read_machine


class Journey(StrEnum):
    """What else happens, so that a deployment comes to the state."""

    PROMOTED = "promoted"
    REVERTED = "reverted"
    DIRECT = "reverted by direct calls"
    UNVERIFIED = "restore not verified"
    RESTORED = "restored from standby"
    RESTORED_DIRECT = "restored from standby by direct calls"


class Fault(StrEnum):
    """What goes wrong in the state."""

    BEFORE = "error before"
    AFTER = "error after"
    TIMEOUT = "timeout"
    THROTTLES = "ten throttles"
    LOST = "answer lost"
    ZOMBIE = "zombie"
    STOPPED = "stopped"
    REDRIVEN = "redriven"
    EVENT_LOST = "event lost"
    EVENT_TWICE = "event twice"
    EVENT_LATE = "event late"
    EVENT_OLD = "event of before the shift"
    CANDIDATE_DIES = "candidate target dies"
    LIVE_DIES = "half of live dies"
    BY_HAND = "rule by hand"
    TWO = "two deployments"
    HALF = "half done"


OF_CALLS = {Fault.BEFORE, Fault.AFTER, Fault.TIMEOUT, Fault.THROTTLES, Fault.LOST, Fault.ZOMBIE}
"""They need a state that calls something."""


LAST_WRITES = {
    "PrepareCandidate": ("PrepareCandidate", "ecs:UpdateService"),
    "ProveWayBack": ("RestoreTraffic", "elasticloadbalancing:ModifyRule"),
    "ShiftTraffic": ("ShiftTraffic", "elasticloadbalancing:ModifyRule"),
    "RestoreTraffic": ("RestoreTraffic", "elasticloadbalancing:ModifyRule"),
    "Promote": ("Promote", "dynamodb:UpdateItem"),
    "VerifyRestored": ("VerifyRestored", "dynamodb:UpdateItem"),
}
"""States that write twice: their function and its last write. They can be left half done."""


@dataclass(frozen=True)
class Row:
    """A state, and the journey that leads to it."""

    machine: str
    state: str
    journey: Journey

    @property
    def name(self) -> str:
        return f"{self.machine}: {self.state}"


@dataclass(frozen=True)
class Cell:
    """One scenario."""

    row: Row
    fault: Fault
    second: Fault | None = None
    """What goes wrong with the restore that follows, which an alarm begins."""

    @property
    def name(self) -> str:
        then = f", then {self.second} in the restore" if self.second else ""
        return f"{self.row.name} x {self.fault}{then}"


REVERTED = (
    "RestoreTraffic",
    "VerifyRestored",
    "CaptureEvidence",
    "DrainCandidate",
    "RetireCandidate",
    "ReleaseLease",
)
DIRECT = ("CallOperators", "RestoreTrafficDirectly")
HELD = ("HoldLease",)
JOURNEYS: dict[str, dict[Journey, tuple[str, ...]]] = {
    "deploy": {
        Journey.REVERTED: REVERTED,
        Journey.DIRECT: DIRECT,
        Journey.UNVERIFIED: (*HELD, "PageOperators"),
    },
    "standby": {
        Journey.RESTORED: (*(s for s in REVERTED if s != "ReleaseLease"), "PageOperators"),
        Journey.RESTORED_DIRECT: DIRECT,
    },
}
"""States that a good release does not come to."""
BY_OTHERS = {"deploy": ("AwaitHooks", "AwaitResume", "AwaitTurn")}
"""What a pause, a question or another deployment (under `on_busy`) leads to before the first shift,
and nothing else: `tests/workflow/` takes each way out of them. Being stopped there is as in
AwaitCandidate, or touches nothing."""
SAME_IN_BOTH = {"standby": HELD}
"""What the standby machine shares with the other, and is seen there: it holds nothing else."""
LEFT_OUT = SAME_IN_BOTH | BY_OTHERS
MOVES_NOTHING = ("hook",)
"""Whatever goes wrong in the hook machine, to the deployment it is a hook that did not answer."""


SPLIT = {
    "deploy": ("ShiftTraffic", "Bake", "JudgeCandidate", "VerifyProduction", "Promote"),
    "standby": ("WatchStandby", "Soak"),
}
"""States in which an alarm has the traffic restored."""
SECONDS = (
    Fault.STOPPED,
    Fault.BEFORE,
    Fault.LOST,
    Fault.AFTER,
    Fault.ZOMBIE,
    Fault.TIMEOUT,
    Fault.THROTTLES,
)
"""What may go wrong with a restore, in turn: from state to state a first fault meets another."""


@cache
def states(machine: str) -> Mapping[str, Any]:
    """A machine's states by name, read once."""
    found: dict[str, Any] = read_machine(machine)["States"]
    return found


def is_acting(state: dict[str, object]) -> bool:
    """Whether anything can go wrong there: it calls something, or waits."""
    return state["Type"] in ("Task", "Wait")


def rows() -> list[Row]:
    """Every state that acts, by machine, in the order in which they are come to."""
    order = [*Journey]
    return sorted(_rows(), key=lambda row: (row.machine, order.index(row.journey)))


def _rows() -> Iterator[Row]:
    for machine, journeys in JOURNEYS.items():
        named = {state: journey for journey, found in journeys.items() for state in found}
        for name, state in states(machine).items():
            if is_acting(state) and name not in LEFT_OUT.get(machine, ()):
                yield Row(machine, name, named.get(name, Journey.PROMOTED))


def fits(row: Row, fault: Fault) -> bool:
    """Whether the fault can happen there: a wait calls nothing, one write is never half done."""
    if fault is Fault.HALF:
        return row.state in LAST_WRITES
    if fault is Fault.EVENT_OLD:
        return row.state in SPLIT[row.machine]
    is_wait = states(row.machine)[row.state]["Type"] == "Wait"
    return not (is_wait and fault in OF_CALLS)


def cells() -> list[Cell]:
    """One fault each."""
    return [Cell(row, fault) for row in rows() for fault in Fault if fits(row, fault)]


def pairs() -> list[Cell]:
    """Every first fault of a state that a restore follows, and one of the second each in turn.

    Not what is half done: the alarm that begins the restore closes the gate to the other half. Nor
    an alarm that is none.
    """
    found = [cell for cell in cells() if cell.row.state in SPLIT[cell.row.machine]]
    firsts = [cell for cell in found if cell.fault not in (Fault.HALF, Fault.EVENT_OLD)]
    return [replace(cell, second=second) for cell, second in zip(firsts, cycle(SECONDS))]
