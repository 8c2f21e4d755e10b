"""Deployments under load in a rehearsal: what clients saw, and how fast traffic came back.

Times are this process's own clock: a breach begins just before the alarm is set and ends when the
rule, read in a tight loop, gives live all the weight. Nothing here is Viridian's own word.
"""

import dataclasses
import functools
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rehearsal.session import PROJECT, SHOP, Rehearsal
from rehearsal.traffic import Traffic
from viridian_cli.release import PackedRelease, pack

SERVICE_FILE = PROJECT / "bench" / "service.yaml"
GOOD_RELEASE = SHOP / "releases" / "1.1.0"
LOAD_PER_SECOND = 1000
BREACH_LOAD_PER_SECOND = 200
PATIENCE_SECONDS = 180.0
GRACE_SECONDS = 0.1
"""What a request under way may take to be answered after the rule was read back."""


class BenchFailed(Exception):
    """What was to be measured did not happen."""


class Watched:
    """One rehearsal, with the questions a measurement asks of it."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal
        self._registration = rehearsal.registration()
        self._states = rehearsal.client("stepfunctions")

    def start(self, version: str) -> str:
        """Upload the good release under this version; answer with the execution's ARN."""
        before = {execution["executionArn"] for execution in self._executions()}
        self._rehearsal.upload(_renamed(pack(GOOD_RELEASE), version))
        return str(self.wait("an execution", lambda: self._first_but(before)))

    def visits(self, arn: str) -> list[tuple[str, float]]:
        """States entered so far, with their Unix times."""
        answer = self._states.get_execution_history(executionArn=arn, maxResults=1000)
        return [
            (event["stateEnteredEventDetails"]["name"], event["timestamp"].timestamp())
            for event in answer["events"]
            if "stateEnteredEventDetails" in event
        ]

    def ending(self, arn: str) -> str:
        """Wait for the end; answer with the name of the ending."""
        self.wait("the end", lambda: self._status(arn) != "RUNNING")
        return self.visits(arn)[-1][0]

    def candidate_weight(self) -> int:
        """The weight of the side that is not blue's at the start: 0 is all on live."""
        rules = self._rehearsal.client("elbv2").describe_rules(
            RuleArns=[self._registration["rule_arn"]]
        )["Rules"]
        groups = rules[0]["Actions"][0]["ForwardConfig"]["TargetGroups"]
        green = self._registration["green"]["target_group_arn"]
        return int(next(g["Weight"] for g in groups if g["TargetGroupArn"] == green))

    def fire(self) -> None:
        """Put the candidate's first alarm into ALARM, as CloudWatch would."""
        self._rehearsal.client("cloudwatch").set_alarm_state(
            AlarmName=self._registration["green"]["alarms"][0],
            StateValue="ALARM",
            StateReason="measuring the way back",
        )

    def load_balancer_calls(self) -> int:
        """ELBv2 calls since the start, everybody's."""
        calls = self._rehearsal.control.calls()
        return sum(n for name, n in calls.items() if name.startswith("elasticloadbalancing:"))

    def wait(self, what: str, look: Callable[[], Any], every: float = 0.02) -> Any:
        """What `look` finds, once it finds something; raises BenchFailed after a time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            if time.monotonic() > deadline:
                raise BenchFailed(f"waited {PATIENCE_SECONDS:g} s for {what}")
            time.sleep(every)
        return found

    def _first_but(self, known: set[str]) -> str | None:
        arns = (execution["executionArn"] for execution in self._executions())
        return next((arn for arn in arns if arn not in known), None)

    def is_baking(self, arn: str, step: int) -> bool:
        """Whether the step's traffic was shifted and is being watched."""
        names = [name for name, _ in self.visits(arn)]
        return names.count("ShiftTraffic") >= step and names[-1] == "Bake"

    def _executions(self) -> Any:
        arn = self._rehearsal.outputs.state_machine_arn
        return self._states.list_executions(stateMachineArn=arn)["executions"]

    def _status(self, arn: str) -> str:
        return str(self._states.describe_execution(executionArn=arn)["status"])


def measure(directory: Path, breaches: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Breaches first, while green is the candidate, then one good deployment under full load."""
    with Rehearsal(directory, service_file=SERVICE_FILE, say=say) as rehearsal:
        watched = Watched(rehearsal)
        url = rehearsal.outputs.production_url
        with _traffic(url, BREACH_LOAD_PER_SECOND, directory / "breaches.csv") as traffic:
            runs = []
            for number in range(breaches):
                runs.append(_breach(watched, traffic, f"2.0.{number}"))
                say(f"breach {number + 1} of {breaches}: {runs[-1]['milliseconds']} ms")
        say(f"a good deployment at {LOAD_PER_SECOND} requests/s")
        with _traffic(url, LOAD_PER_SECOND, directory / "good.csv") as traffic:
            good = _good(watched, traffic)
    milliseconds = [run["milliseconds"] for run in runs]
    return {
        "breach_to_restored_ms": {
            "median": statistics.median(milliseconds),
            "slowest": max(milliseconds),
            "runs": milliseconds,
        },
        "requests_to_candidate_100_ms_after_restore": sum(run["late"] for run in runs),
        "good_deployment": good,
    }


def _breach(watched: Watched, traffic: Traffic, version: str) -> dict[str, Any]:
    arn = watched.start(version)
    watched.wait("the first bake", lambda: watched.is_baking(arn, 1))
    watched.wait("the candidate's traffic", lambda: traffic.answers().requests_to(version) > 20)
    fired = time.time()
    watched.fire()
    watched.wait("the restore", lambda: watched.candidate_weight() == 0, every=0.002)
    restored = time.time()
    if (ending := watched.ending(arn)) != "DeploymentReverted":
        raise BenchFailed(f"{version}: wanted DeploymentReverted, found {ending}")
    return {
        "milliseconds": round((restored - fired) * 1000),
        "late": traffic.answers().requests_to(version, after=restored + GRACE_SECONDS),
    }


def _good(watched: Watched, traffic: Traffic) -> dict[str, Any]:
    version = "3.0.0"
    arn = watched.start(version)
    calls: list[int] = []
    for step in range(1, 4):
        watched.wait(f"step {step}", functools.partial(watched.is_baking, arn, step))
        calls.append(watched.load_balancer_calls())
    if (ending := watched.ending(arn)) != "DeploymentPromoted":
        raise BenchFailed(f"{version}: wanted DeploymentPromoted, found {ending}")
    visits = watched.visits(arn)
    first_shift = next(at for name, at in visits if name == "ShiftTraffic")
    traffic.stop()
    answers = traffic.answers()
    unproven = sum(
        a.version == version and a.sent_at + a.seconds < first_shift for a in answers.all
    )
    return {
        "requests": answers.requests,
        "requests_per_second": round(answers.per_second),
        "failed": answers.failed,
        "answered_by_a_side_not_yet_proven": unproven,
        "state_transitions": len(visits),
        "load_balancer_calls_a_step": max(b - a for a, b in itertools.pairwise(calls)),
    }


@contextmanager
def _traffic(url: str, rate: float, log: Path) -> Iterator[Traffic]:
    with Traffic(url + "/", rate=rate, log=log, seconds=900) as traffic:
        yield traffic


def _renamed(release: PackedRelease, version: str) -> PackedRelease:
    manifest = {**release.manifest, "version": version}
    return dataclasses.replace(release, version=version, manifest=manifest)
