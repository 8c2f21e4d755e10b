"""One scenario of the matrix, played on one service that is whole before and made whole after."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rehearsal.faults import injection, oracle
from rehearsal.faults.clients import ManyClients
from rehearsal.faults.facts import Execution, Facts, Reader, healthy_ports
from rehearsal.faults.injection import AT_HAND
from rehearsal.faults.matrix import Cell, Fault, Journey, states
from rehearsal.faults.pages import Pages
from rehearsal.faults.releases import release
from rehearsal.faults.running import LOOK_SECONDS, Running
from rehearsal.faults.world import World
from viridian.core.service.registration import parameter_name
from viridian_cli.deployment import COLOURS
from viridian_cli.release import upload

REACHED_SECONDS, QUIET_SECONDS = 240.0, 150.0
REACHED_WINDOW_SECONDS = 60
"""A standby window in which something is to happen: an alarm ends it."""
TWO_STEPS = [{"percent": 50, "bake_seconds": 1}, {"percent": 100, "bake_seconds": 1}]
UNJUDGED = [
    name
    for name in states("deploy")
    if name not in ("VerifyProduction", "Promote", "OpenStandby", "RecordEnding")
]
"""States that a bad release comes to."""
LONG_AGO = json.dumps(
    {"startDate": "2020-01-01T00:00:00Z", "period": 60, "recentDatapoints": [100.0]}
)
"""What an alarm says of the minutes in which the candidate booted."""
OF_THE_FIRST_STEP = ("ShiftTraffic", "Bake", "JudgeCandidate")
"""Played on half of the traffic; all others come there sooner by one step."""


@dataclass(frozen=True)
class Result:
    """What came of a cell."""

    cell: Cell
    complaints: tuple[str, ...]
    endings: tuple[str, ...]
    seconds: float
    facts: Facts

    @property
    def is_good(self) -> bool:
        return not self.complaints


@dataclass(frozen=True)
class Stage:
    """What scenarios need."""

    world: World
    clients: ManyClients
    pages: Pages
    reader: Reader
    running: Running
    guardian_seconds: float


class Scenario:
    """Plays one cell on one service."""

    def __init__(self, stage: Stage, service: str, cell: Cell, number: int) -> None:
        self._stage, self._service, self._cell = stage, service, cell
        self._world, self._reader = stage.world, stage.reader
        self._control = stage.world.control
        self._registration = stage.world.registrations[service]
        self._versions = [f"{number}.0.0"]
        self._started = time.time()
        self._killed_at: float | None = None
        self._on: list[int] = []
        self._names: list[str] = []

    def play(self) -> Result:
        """From a whole service to the oracle's word; the service may be hurt afterwards."""
        self._stage.clients.forget(self._service)
        former = self._former()
        try:
            unreached = self._run()
            self._wait_until_quiet()
            facts = self._facts(*former)
        finally:
            for number in self._on:
                self._control.end(number)
        ended = ", ".join(f"{e.ending}: {e.cause[:300]}" for e in facts.executions)
        complaints = [*(f"{what} ({ended})" for what in unreached), *oracle.complaints(facts)]
        seconds = time.time() - self._started
        return Result(self._cell, tuple(complaints), tuple(oracle.endings(facts)), seconds, facts)

    def _former(self) -> tuple[str, str]:
        """Version and colour that serve before."""
        version = _eventually(
            lambda: self._stage.clients.answers(self._service, self._started), REACHED_SECONDS
        )[0].version
        sides = self._reader.sides(self._service)
        return version, next(colour for colour, fleet in sides.items() if fleet.weight)

    def _run(self) -> list[str]:
        """Have everything happen; what did not."""
        row, fault = self._cell.row, self._cell.fault
        self._candidate = min(
            COLOURS, key=lambda colour: self._reader.sides(self._service)[colour].weight
        )
        met = self._interfere(row.machine, row.state, injection.of_cell(self._cell))
        for machine, state, asked in injection.of_journey(row.journey):
            self._interfere(machine, state, asked)
        for machine, asked in injection.of_second(self._cell):
            self._interfere(machine, "RestoreTraffic", asked)
        breach = injection.breached_in(row.journey)
        held = self._interfere(*breach, {"kind": "held"}) if breach else None
        self._register()
        if self._is_bad:
            self._tamper_with_events(Fault.EVENT_LOST)
        self._start(self._versions[0])
        if held is not None:
            if not self._reached(held):
                return [f"{breach} was not reached"]
            self._fire()
            self._control.let_go(held)
        if not self._reached(met):
            return [f"{row.name} was not reached"]
        if fault in AT_HAND:
            self._act(fault)
        if self._cell.second is not None and injection.of_event(fault) is None:
            self._fire()
        if fault in AT_HAND:
            self._control.let_go(met)
        if fault is Fault.REDRIVEN:
            self._redrive()
        if fault is Fault.HALF and not self._reached(self._half):
            return ["the last write was not reached"]
        return []

    @property
    def _is_bad(self) -> bool:
        """An event that is lost matters most when the release is bad."""
        row = self._cell.row
        is_unjudged = row.journey is Journey.PROMOTED and row.state in UNJUDGED
        return self._cell.fault is Fault.EVENT_LOST and row.machine == "deploy" and is_unjudged

    def _interfere(self, machine: str, state: str, asked: dict[str, Any]) -> int:
        where = {"machine": self._world.account.machines[machine], "state": state}
        number = self._control.interfere(where, f'"{self._service}"', **asked)
        self._on.append(number)
        return number

    def _register(self) -> None:
        """The registration with a window that is reached, or one that is soon over."""
        row = self._cell.row
        is_long = row.journey in (Journey.RESTORED, Journey.RESTORED_DIRECT)
        is_long |= self._cell.second is not None
        is_long |= row.state == "Soak"  # a first look that comes late ends a short one unsoaked
        is_long |= row.state == "OpenStandby"  # on AWS no window is over while its start is retried
        settings = self._registration["settings"]
        if is_long:
            settings = {**settings, "standby_seconds": REACHED_WINDOW_SECONDS}
        self._world.client("ssm").put_parameter(
            Name=parameter_name(self._service),
            Value=json.dumps({**self._registration, "settings": settings}),
            Overwrite=True,
        )

    def _start(self, version: str) -> None:
        """Upload a release, and ask for it by hand: with a plan for this scenario."""
        is_bad = self._is_bad
        is_slow = self._cell.row.state == "AwaitCandidate"
        packed = release(self._service, version, is_bad=is_bad, is_slow=is_slow)
        upload(self._world.client("s3"), self._world.account.artifact_bucket, packed)
        two = self._cell.row.state in OF_THE_FIRST_STEP
        steps = TWO_STEPS if two else TWO_STEPS[1:]
        request = {"service": self._service, "version": version, "steps": steps}
        name = f"{self._service}-{version.replace('.', '-')}"
        self._names.append(name)
        self._world.client("stepfunctions").start_execution(
            stateMachineArn=self._world.account.machines["deploy"],
            name=name,
            input=json.dumps(request),
        )

    def _reached(self, number: int) -> bool:
        """Whether an interference was met before every execution ended."""
        deadline = time.time() + REACHED_SECONDS
        while time.time() < deadline:
            if self._control.seen(number):
                return True
            if not self._is_running():
                return bool(self._control.seen(number))
        return False

    def _is_running(self) -> bool:
        return any(name.startswith(tuple(self._names)) for name in self._stage.running.names())

    def _act(self, fault: Fault) -> None:
        """What is done while the state is held."""
        if injection.of_event(fault) and not self._is_bad:
            self._tamper_with_events(fault)
            self._fire()
        if fault is Fault.EVENT_OLD:
            self._fire(LONG_AGO)
            if self._cell.row.state not in OF_THE_FIRST_STEP:
                self._set_alarm("OK")  # an alarm has some periods to end, an event may come later
        if fault is Fault.HALF:
            self._half = self._refuse_last_write()
        if fault in (Fault.CANDIDATE_DIES, Fault.LIVE_DIES):
            is_candidate = fault is Fault.CANDIDATE_DIES
            live = next(colour for colour in COLOURS if colour != self._candidate)
            self._kill(self._candidate if is_candidate else live)
        if fault is Fault.BY_HAND:
            self._move_by_hand()
        if fault is Fault.TWO:
            self._versions.append(self._versions[0].replace(".0.0", ".0.1"))
            self._start(self._versions[1])
            time.sleep(1.0)

    def _tamper_with_events(self, fault: Fault) -> None:
        """Of alarms: from now on, and of a release that fires them itself from the beginning."""
        where, asked = {"function": "*AlarmChanged*"}, injection.of_event(fault) or {}
        self._on.append(self._control.interfere(where, f'"{self._service}"', **asked))

    def _refuse_last_write(self) -> int:
        """From the state that is held on: what it wrote before stands."""
        where, mentions = injection.of_last_write(self._cell.row, self._service)
        number = self._control.interfere(where, mentions, "refused", times=injection.MANY)
        self._on.append(number)
        return number

    def _fire(self, reason_data: str = "{}") -> None:
        """One of the candidate's alarms; one that fires from before would send no event."""
        self._set_alarm("OK")
        self._set_alarm("ALARM", reason_data)
        time.sleep(1.0)

    def _set_alarm(self, state: str, reason_data: str = "{}") -> None:
        self._world.client("cloudwatch").set_alarm_state(
            AlarmName=self._registration[self._candidate]["alarms"][0],
            StateValue=state,
            StateReason="the matrix says so",
            StateReasonData=reason_data,
        )

    def _kill(self, colour: str) -> None:
        ports = healthy_ports(self._world.client("elbv2"), self._registration[colour])
        self._killed_at = time.time()
        if (port := next(ports, None)) is not None:
            self._control.kill_target(port)

    def _move_by_hand(self) -> None:
        """An operator gives the candidate a share that is nobody's plan."""
        elbv2, rule = self._world.client("elbv2"), self._registration["rule_arn"]
        [found] = elbv2.describe_rules(RuleArns=[rule])["Rules"]
        actions = found["Actions"]
        for group in actions[-1]["ForwardConfig"]["TargetGroups"]:
            is_candidate = (
                group["TargetGroupArn"] == self._registration[self._candidate]["target_group_arn"]
            )
            group["Weight"] = 10 if is_candidate else 90
        elbv2.modify_rule(RuleArn=rule, Actions=actions)

    def _redrive(self) -> None:
        """Once it has ended, and the guardian may have begun."""
        steps = self._world.client("stepfunctions")
        arn = self._world.account.machines[self._cell.row.machine]
        name = f"{arn.replace(':stateMachine:', ':execution:')}:{self._names[0]}"
        _eventually(lambda: steps.describe_execution(executionArn=name)["status"] != "RUNNING", 10)
        time.sleep(1.0)
        steps.redrive_execution(executionArn=name)

    def _wait_until_quiet(self) -> None:
        """Until nothing of it runs, and the guardian had time for what was left."""
        deadline = time.time() + QUIET_SECONDS
        quiet_since: float | None = None
        while time.time() < deadline:
            if self._is_running():
                quiet_since = None
            elif quiet_since is None:
                quiet_since = time.time()
            elif time.time() - quiet_since > self._grace():
                break
        _settled(self._reader, self._service)

    def _grace(self) -> float:
        """How long it must be quiet: a lease that is left is the guardian's to find."""
        late = {
            Fault.ZOMBIE: injection.ZOMBIE_SECONDS,
            Fault.EVENT_LATE: injection.LATE_SECONDS,
        }.get(self._cell.fault, 0.5)
        lease = self._reader.lease(self._service)
        is_left = "deployment_id" in lease and lease.get("phase") != "held"
        return max(late, self._stage.guardian_seconds if is_left else 0)

    def _facts(self, version: str, colour: str) -> Facts:
        names = tuple(self._names)
        executions: tuple[Execution, ...] = tuple(self._reader.executions(names))
        return Facts(
            former_version=version,
            former_colour=colour,
            candidate_versions=tuple(self._versions),
            sides=self._reader.sides(self._service),
            lease=self._reader.lease(self._service),
            production=self._reader.production(self._service),
            records={name: self._reader.record(self._service, name) for name in names},
            executions=executions,
            pages=tuple(self._stage.pages.about(self._service, self._started)),
            answers=tuple(self._stage.clients.answers(self._service, self._started)),
            killed_at=self._killed_at,
            is_bad=self._is_bad,
            is_unhurt=self._cell.fault is Fault.EVENT_OLD,
            moved_in=self._cell.row.state if self._cell.fault is Fault.BY_HAND else None,
        )


def _settled(reader: Reader, service: str) -> None:
    """Wait for what is still on its way to the targets: a task that was replaced."""
    _eventually(
        lambda: any(f.weight and f.healthy >= oracle.SIZE for f in reader.sides(service).values()),
        15.0,
    )


def _eventually(look: Callable[[], Any], seconds: float) -> Any:
    """What is seen once it is something, or at last."""
    deadline = time.time() + seconds
    while not (found := look()) and time.time() < deadline:
        time.sleep(LOOK_SECONDS)
    return found
