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
from viridian_cli.deployment import Deployment, Ending
from viridian_cli.release import pack

SERVICE_FILE = PROJECT / "bench" / "service.yaml"
GOOD_RELEASE = SHOP / "releases" / "1.1.0"
LOAD_PER_SECOND = 1000
BREACH_LOAD_PER_SECOND = 200
PATIENCE_SECONDS = 180.0
LOOK_SECONDS = 0.02
GRACE_SECONDS = 0.1
"""What a request under way may take to be answered after the rule was read back."""


class BenchFailed(Exception):
    """What was to be measured did not happen."""


def start(rehearsal: Rehearsal, version: str) -> Deployment:
    """Upload the good release under this version."""
    release = pack(GOOD_RELEASE)
    manifest = {**release.manifest, "version": version}
    deployment = rehearsal.upload(dataclasses.replace(release, version=version, manifest=manifest))
    wait("an execution", lambda: deployment.look().status)
    return deployment


def require_ending(deployment: Deployment, wanted: str) -> Ending:
    """Wait for the end, which must be this one; raises BenchFailed."""
    ending = deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=PATIENCE_SECONDS)
    if (found := ending.states[-1]) != wanted:
        raise BenchFailed(f"{deployment.id}: wanted {wanted}, found {found}")
    return ending


def fire(rehearsal: Rehearsal, colour: str = "green") -> None:
    """Put the first alarm of a colour into ALARM, as CloudWatch would."""
    rehearsal.client("cloudwatch").set_alarm_state(
        AlarmName=rehearsal.registration()[colour]["alarms"][0],
        StateValue="ALARM",
        StateReason="measuring the way back",
        StateReasonData="{}",
    )


def load_balancer_calls(rehearsal: Rehearsal) -> int:
    """ELBv2 calls since the start, everybody's."""
    calls = rehearsal.control.calls()
    return sum(n for name, n in calls.items() if name.startswith("elasticloadbalancing:"))


def wait(what: str, look: Callable[[], Any], every: float = LOOK_SECONDS) -> None:
    """Until `look` finds something; raises BenchFailed after a time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        if time.monotonic() > deadline:
            raise BenchFailed(f"waited {PATIENCE_SECONDS:g} s for {what}")
        time.sleep(every)


def is_baking(deployment: Deployment, step: int) -> bool:
    """Whether the step's traffic was shifted and is being watched."""
    names = [name for name, _ in deployment.visits()]
    return names.count("ShiftTraffic") >= step and names[-1] == "Bake"


def measure(directory: Path, breaches: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Breaches first, while green is the candidate, then one good deployment under full load."""
    with Rehearsal(directory, service_file=SERVICE_FILE, say=say) as rehearsal:
        url = rehearsal.outputs.production_url
        with _traffic(url, BREACH_LOAD_PER_SECOND, directory / "breaches.csv") as traffic:
            runs = []
            for number in range(breaches):
                runs.append(_breach(rehearsal, traffic, f"2.0.{number}"))
                say(f"breach {number + 1} of {breaches}: {runs[-1]['milliseconds']} ms")
        say(f"a good deployment at {LOAD_PER_SECOND} requests/s")
        with _traffic(url, LOAD_PER_SECOND, directory / "good.csv") as traffic:
            good = _good(rehearsal, traffic)
        with _traffic(url, BREACH_LOAD_PER_SECOND, directory / "soak.csv") as traffic:
            soak = _soak_breach(rehearsal, traffic)
            say(f"a breach after the promotion: {soak} ms")
        with _traffic(url, BREACH_LOAD_PER_SECOND, directory / "stopped.csv") as traffic:
            stopped: dict[str, int] = {}
            for number, way in enumerate(("event", "watchdog", "watchdog", "watchdog")):
                found = _stopped(rehearsal, traffic, f"6.0.{number}", by_event=way == "event")
                say(f"stopped by hand, whole again by the {way}: {found} ms")
                stopped[way] = max(found, stopped.get(way, 0))
    milliseconds = [run["milliseconds"] for run in runs]
    return {
        "breach_to_restored_ms": {
            "median": statistics.median(milliseconds),
            "slowest": max(milliseconds),
            "runs": milliseconds,
        },
        "requests_to_candidate_100_ms_after_restore": sum(run["late"] for run in runs),
        "good_deployment": good,
        "soak_breach_to_restored_ms": soak,
        "stopped_to_restored_ms": stopped,
    }


def _soak_breach(rehearsal: Rehearsal, traffic: Traffic) -> int:
    """From an alarm after a promotion to the rule that gives the former live everything.

    Blue is the candidate then: green was promoted by the deployment before.
    """
    version = "5.0.0"
    deployment = start(rehearsal, version)
    require_ending(deployment, "DeploymentPromoted")
    wait("its traffic", lambda: traffic.answers().requests_to(version) > 20)
    fired = time.time()
    fire(rehearsal, "blue")
    wait("the restore", lambda: deployment.candidate_percent() == 0, every=0.002)
    return round((time.time() - fired) * 1000)


def _stopped(rehearsal: Rehearsal, traffic: Traffic, version: str, *, by_event: bool) -> int:
    """From a person's stop of the execution, in its first bake, to the rule that gives live all.

    The event that tells of it comes, or is lost: then the guardian finds it by its schedule, once a
    minute, so the slowest of a few counts.
    """
    deployment = start(rehearsal, version)
    wait("the first bake", lambda: is_baking(deployment, 1))
    wait("the candidate's traffic", lambda: traffic.answers().requests_to(version) > 20)
    lost = {"function": "*Guardian*"}, '"execution"', "lost"
    interference = None if by_event else rehearsal.control.interfere(*lost, times=100)
    stopped = time.time()
    rehearsal.client("stepfunctions").stop_execution(executionArn=deployment.arn)
    wait("the restore", lambda: deployment.candidate_percent() == 0)
    milliseconds = round((time.time() - stopped) * 1000)
    if interference is not None:
        rehearsal.control.end(interference)
    running = {"stateMachineArn": rehearsal.standby_machine, "statusFilter": "RUNNING"}
    states = rehearsal.client("stepfunctions")
    wait("the guardian's execution", lambda: not states.list_executions(**running)["executions"])
    return milliseconds


def _breach(rehearsal: Rehearsal, traffic: Traffic, version: str) -> dict[str, Any]:
    deployment = start(rehearsal, version)
    wait("the first bake", lambda: is_baking(deployment, 1))
    wait("the candidate's traffic", lambda: traffic.answers().requests_to(version) > 20)
    fired = time.time()
    fire(rehearsal)
    wait("the restore", lambda: deployment.candidate_percent() == 0, every=0.002)
    restored = time.time()
    require_ending(deployment, "DeploymentReverted")
    return {
        "milliseconds": round((restored - fired) * 1000),
        "late": traffic.answers().requests_to(version, after=restored + GRACE_SECONDS),
    }


def _good(rehearsal: Rehearsal, traffic: Traffic) -> dict[str, Any]:
    version = "3.0.0"
    deployment = start(rehearsal, version)
    calls: list[int] = []
    for step in range(1, 4):
        wait(f"step {step}", functools.partial(is_baking, deployment, step))
        calls.append(load_balancer_calls(rehearsal))
    visits = require_ending(deployment, "DeploymentPromoted").visits
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
