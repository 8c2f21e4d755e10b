"""Watching one deployment from outside: the rule, the alarms, the machine's history.

Nothing here asks Viridian: a deployment is what the load balancer, CloudWatch and Step Functions
say of it.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rehearsal.session import Rehearsal

ENTERED = "stateEnteredEventDetails"
LOOK_SECONDS = 0.1
# From the upload to the execution it starts, and to that execution's end.
LONGEST_START_SECONDS = 30.0
LONGEST_DEPLOYMENT_SECONDS = 300.0


class NoEnding(Exception):
    """A deployment did not end in time; the message says where it stood."""


@dataclass(frozen=True)
class Sight:
    """What was seen at one moment; `at` is Unix time."""

    at: float
    status: str
    state: str
    candidate_percent: int
    firing: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the execution has ended."""
        return self.status not in ("", "RUNNING")


@dataclass
class Record:
    """All that was seen of one deployment; times are Unix times."""

    service: str
    version: str
    uploaded_at: float
    id: str = ""
    sights: list[Sight] = field(default_factory=list)
    alarmed_at: float | None = None
    judged_at: float | None = None
    states: tuple[str, ...] = ()
    error: str | None = None
    cause: str | None = None

    @property
    def last(self) -> Sight:
        """The newest sight."""
        return self.sights[-1]

    @property
    def splits(self) -> list[tuple[float, int]]:
        """Each change of the candidate's percent, with when it was seen."""
        changes: list[tuple[float, int]] = []
        for sight in self.sights:
            if not changes or changes[-1][1] != sight.candidate_percent:
                changes.append((sight.at, sight.candidate_percent))
        return changes

    @property
    def restored_at(self) -> float | None:
        """When the candidate was first seen at 0 % after it had a share; None if never."""
        had_share = False
        for at, percent in self.splits:
            if had_share and percent == 0:
                return at
            had_share = had_share or percent > 0
        return None

    @property
    def shifted_at(self) -> float | None:
        """When the candidate was first seen with a share."""
        return next((at for at, percent in self.splits if percent > 0), None)

    @property
    def breached_at(self) -> float | None:
        """When it was known to be bad, at the earliest: by an alarm, or by the machine's judgement.

        An alarm went off between two looks; the one before counts, so a restore is never
        measured shorter than it was.
        """
        return self.alarmed_at or self.judged_at


class Watch:
    """Looks at the account for one deployment that an upload is about to start."""

    def __init__(self, rehearsal: Rehearsal, version: str) -> None:
        self._rehearsal = rehearsal
        self._registration = rehearsal.registration()
        self._before = set(self._executions())
        self._live = self._serving()
        self._execution = ""
        self._quiet_at = time.time()
        self.record = Record(rehearsal.outputs.service, version, time.time())

    def follow(self, on_sight: Callable[[Sight], None] = lambda _: None) -> Record:
        """Look until the deployment has ended; raises NoEnding when it takes too long."""
        while not (sight := self.look()).is_over:
            on_sight(sight)
            self._require_time_left(sight)
            time.sleep(LOOK_SECONDS)
        on_sight(sight)
        return self._finished()

    def look(self) -> Sight:
        """See how things are now, and note it."""
        begun = time.time()
        weights = self._weights()
        sight = Sight(
            at=time.time(),
            status=self._status(),
            state=self._state(),
            candidate_percent=sum(w for arn, w in weights.items() if arn != self._live),
            firing=tuple(self._firing()),
        )
        self._note(sight, begun)
        return sight

    def _note(self, sight: Sight, begun: float) -> None:
        record = self.record
        record.sights.append(sight)
        if not sight.firing:
            self._quiet_at = begun
        elif record.alarmed_at is None and record.shifted_at is not None:
            record.alarmed_at = self._quiet_at

    def _require_time_left(self, sight: Sight) -> None:
        waited = sight.at - self.record.uploaded_at
        if not sight.status and waited > LONGEST_START_SECONDS:
            raise NoEnding(f"{self.record.version}: its upload started no execution")
        if waited > LONGEST_DEPLOYMENT_SECONDS:
            raise NoEnding(f"{self.record.version}: still in {sight.state} after {waited:.0f} s")

    def _finished(self) -> Record:
        """Read what the machine's history says of the whole deployment."""
        stepfunctions = self._rehearsal.client("stepfunctions")
        found = stepfunctions.describe_execution(executionArn=self._execution)
        events = self._history()
        entered = [(e["timestamp"].timestamp(), e[ENTERED]["name"]) for e in events if ENTERED in e]
        self.record.states = tuple(name for _, name in entered)
        self.record.judged_at = _judged_at(entered)
        self.record.error, self.record.cause = found.get("error"), found.get("cause")
        return self.record

    def _serving(self) -> str:
        return max(self._weights().items(), key=lambda group: group[1])[0]

    def _weights(self) -> dict[str, int]:
        rules = self._rehearsal.client("elbv2").describe_rules(
            RuleArns=[self._registration["rule_arn"]]
        )
        groups = rules["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {group["TargetGroupArn"]: group["Weight"] for group in groups}

    def _firing(self) -> list[str]:
        registration = self._registration
        names = [
            *registration["blue"]["alarms"],
            *registration["green"]["alarms"],
            *registration["shared_alarms"],
        ]
        found = self._rehearsal.client("cloudwatch").describe_alarms(
            AlarmNames=names, StateValue="ALARM", MaxRecords=100
        )
        return [alarm["AlarmName"] for alarm in found["MetricAlarms"]]

    def _executions(self) -> list[str]:
        machine = self._rehearsal.outputs.state_machine_arn
        found = self._rehearsal.client("stepfunctions").list_executions(stateMachineArn=machine)
        return [execution["executionArn"] for execution in found["executions"]]

    def _status(self) -> str:
        if not self._execution:
            started = [arn for arn in self._executions() if arn not in self._before]
            self._execution = started[0] if started else ""
            self.record.id = self._execution.rsplit(":", 1)[-1]
        if not self._execution:
            return ""
        stepfunctions = self._rehearsal.client("stepfunctions")
        return str(stepfunctions.describe_execution(executionArn=self._execution)["status"])

    def _state(self) -> str:
        if not self._execution:
            return ""
        events = self._rehearsal.client("stepfunctions").get_execution_history(
            executionArn=self._execution, reverseOrder=True, maxResults=20
        )["events"]
        return next((event[ENTERED]["name"] for event in events if ENTERED in event), "")

    def _history(self) -> list[dict[str, Any]]:
        pages = self._rehearsal.client("stepfunctions").get_paginator("get_execution_history")
        found = pages.paginate(executionArn=self._execution)
        return [event for page in found for event in page["events"]]


def _judged_at(entered: list[tuple[float, str]]) -> float | None:
    """When the machine began the judgement that led to the restore."""
    names = [name for _, name in entered]
    if "RestoreTraffic" not in names:
        return None
    before = entered[: names.index("RestoreTraffic")]
    return next((at for at, name in reversed(before) if name != "WhatNext"), None)


def in_words(state: str) -> str:
    """`ShiftTraffic` as a person would write it: `Shift traffic`."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", state)
    return words[:1] + words[1:].lower()
