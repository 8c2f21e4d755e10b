"""One deployment, seen from outside: its execution, the production rule, the alarms.

Nothing here asks Viridian: a deployment is what Step Functions, the load balancer and CloudWatch
say of it.
"""

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.core.split import weights_in

COLOURS = ("blue", "green")
ENTERED = "stateEnteredEventDetails"
# From the upload to the execution it starts: EventBridge and one function.
START_SECONDS = 30.0

ClientFor = Callable[[str], Any]
"""A boto3 client by the name of its service, such as `boto3.client`."""


class NoEnding(Exception):
    """A deployment did not start or end in time; the message says where it stood."""


@dataclass(frozen=True)
class Sight:
    """What was seen at one moment, in Unix time; no status and no state before the execution."""

    at: float
    status: str
    state: str
    candidate_percent: int
    firing: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the execution has ended."""
        return self.status not in ("", "RUNNING")


@dataclass(frozen=True)
class Ending:
    """How it ended; `visits` are the states, each with the Unix time at which it was entered."""

    status: str
    error: str | None
    cause: str | None
    visits: tuple[tuple[str, float], ...]

    @property
    def states(self) -> list[str]:
        """The states in their order."""
        return [name for name, _ in self.visits]


class Deployment:
    """Made when the deployment begins: the side that then has no traffic is its candidate. Who
    comes later sets what its record says.
    """

    def __init__(self, client: ClientFor, arn: str, registration: Mapping[str, Any]) -> None:
        self.id = arn.rpartition(":")[2]
        self.arn = arn
        self._registration = registration
        self._states, self._elbv2 = client("stepfunctions"), client("elbv2")
        self._alarms = Alarms(client("cloudwatch"))
        weights = split(self._elbv2, registration)
        self.candidate = min(COLOURS, key=lambda colour: weights[colour])

    def follow(
        self,
        *,
        every_seconds: float = 1.0,
        start_seconds: float = START_SECONDS,
        longest_seconds: float = math.inf,
    ) -> Iterator[Sight]:
        """Look again and again; the last sight is of the end. Raises NoEnding when it is late."""
        began = time.monotonic()
        while not (sight := self.look()).is_over:
            yield sight
            waited = time.monotonic() - began
            if not sight.status and waited > start_seconds:
                raise NoEnding(f"{self.id}: no execution {waited:.0f} s after its upload")
            if waited > longest_seconds:
                raise NoEnding(f"{self.id}: still in {sight.state} after {waited:.0f} s")
            time.sleep(every_seconds)
        yield sight

    def look(self) -> Sight:
        """See how things are now."""
        percent = self.candidate_percent()
        at = time.time()
        status = (described(self._states, self.arn) or {}).get("status", "")
        state = newest_state(self._states, self.arn) if status else ""
        return Sight(at, status, state, percent, tuple(self._firing()))

    def ending(self, **patience: float) -> Ending:
        """Follow it to the end, if it has not come; read how it ended and what it went through."""
        for _ in self.follow(**patience):
            pass
        found = described(self._states, self.arn) or {}
        visits = tuple(self.visits())
        return Ending(found["status"], found.get("error"), found.get("cause"), visits)

    def visits(self) -> Iterator[tuple[str, float]]:
        """The states entered so far, each with its Unix time."""
        return ((name, at.timestamp()) for name, at in visits(self._states, self.arn))

    def candidate_percent(self) -> int:
        """The candidate's share of production."""
        return split(self._elbv2, self._registration)[self.candidate]

    def _firing(self) -> list[str]:
        sides = [name for colour in COLOURS for name in self._registration[colour]["alarms"]]
        return self._alarms.states((*sides, *self._registration["shared_alarms"])).firing


def described(states: Any, arn: str) -> dict[str, Any] | None:
    """An execution as Step Functions tells of it; None where there is none."""
    try:
        found: dict[str, Any] = states.describe_execution(executionArn=arn)
    except states.exceptions.ExecutionDoesNotExist:
        return None
    return found


def split(elbv2: Any, registration: Mapping[str, Any]) -> dict[str, int]:
    """Each colour's weight in the production rule, read now."""
    [rule] = elbv2.describe_rules(RuleArns=[registration["rule_arn"]])["Rules"]
    weights = weights_in(rule["Actions"])
    return {colour: weights[registration[colour]["target_group_arn"]] for colour in COLOURS}


def visits(states: Any, arn: str) -> Iterator[tuple[str, datetime]]:
    """The states that an execution entered, each with its time."""
    for page in states.get_paginator("get_execution_history").paginate(executionArn=arn):
        for event in page["events"]:
            if ENTERED in event:
                yield event[ENTERED]["name"], event["timestamp"]


def newest_state(states: Any, arn: str) -> str:
    """The state that an execution entered last; "" before the first one."""
    events = states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=20)
    return next((event[ENTERED]["name"] for event in events["events"] if ENTERED in event), "")


def explanations(states: Any, machine_arn: str) -> dict[str, str]:
    """What each state of a machine is for, in the first sentence of its own comment."""
    machine = states.describe_state_machine(stateMachineArn=machine_arn)
    found = json.loads(machine["definition"])["States"]
    return {name: state.get("Comment", "").partition(". ")[0] for name, state in found.items()}


def in_words(state: str) -> str:
    """`ShiftTraffic` as a person would write it: `Shift traffic`."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", state)
    return words[:1] + words[1:].lower()
