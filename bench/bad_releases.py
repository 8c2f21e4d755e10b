"""What bad releases cost: how many requests each hurt, and how long until it was taken back.

A request is hurt when its client could do nothing with the answer, got the answer of another
version than any that was deployed, or waited longer than `SLOW_SECONDS`.
"""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.deployments import BREACH_LOAD_PER_SECOND, SERVICE_FILE, wait
from rehearsal.session import PROJECT, Rehearsal
from rehearsal.traffic import Answer, Traffic
from viridian.core.execution import execution_arn
from viridian_cli.release import pack

APP = PROJECT / "bench" / "faulty" / "app.py"
FAULTS = (
    "5xx",
    "3 %",
    "hang",
    "slow leak",
    "crash at load",
    "wrong version",
    "bad at 100 % only",
    "bad after promotion",
    "404",
    "truncated",
    "connection resets",
    "one bad task",
)
SLOW_SECONDS = 2.0
LONGEST_SECONDS = 150.0
IDLE_TIMEOUT_SECONDS = 3
STANDBY_SECONDS = 60
TURNS_BAD_SECONDS = 95
"""After the release's start, some 20 s after its promotion."""


def measure(directory: Path, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Each fault by its name: the ending, requests hurt, seconds from the first to the last."""
    service_file = _with_long_standby(directory)
    with Rehearsal(directory / "rehearsal", service_file=service_file, say=say) as rehearsal:
        _set_idle_timeout(rehearsal)
        found = {}
        for number, fault in enumerate(FAULTS):
            found[fault] = _deploy(rehearsal, directory, fault, f"4.0.{number}")
            say(f"{fault}: {found[fault]}")
        return found


def _deploy(rehearsal: Rehearsal, directory: Path, fault: str, version: str) -> dict[str, Any]:
    url, log = f"{rehearsal.outputs.production_url}/", directory / f"{version}.csv"
    with Traffic(url, rate=BREACH_LOAD_PER_SECOND, log=log) as traffic:
        deployment = rehearsal.upload(pack(_release(directory, fault, version)))
        ending = deployment.ending(every_seconds=0.2, longest_seconds=LONGEST_SECONDS)
        promoted = ending.states[-1] == "DeploymentPromoted"
        name = _standby_ending(rehearsal, deployment.id) if promoted else ending.states[-1]
        traffic.stop()
        hurt = [answer for answer in traffic.answers().all if _is_hurt(answer, version)]
    wait("quiet alarms", lambda: not deployment.look().firing, every=0.5)
    times = [answer.sent_at for answer in hurt]
    seconds = round(max(times) - min(times), 1) if times else 0.0
    return {"ending": name, "hurt": len(hurt), "seconds": seconds}


def _is_hurt(answer: Answer, version: str) -> bool:
    is_foreign = answer.version not in ("1.0.0", version) and answer.version.startswith("0.0")
    return answer.has_failed or is_foreign or answer.seconds > SLOW_SECONDS


def _standby_ending(rehearsal: Rehearsal, deployment_id: str) -> str:
    """Wait for the end of the standby that the promotion opened."""
    states = rehearsal.client("stepfunctions")
    execution = execution_arn(rehearsal.standby_machine, deployment_id)
    deadline = time.monotonic() + LONGEST_SECONDS
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        if time.monotonic() > deadline:
            return "still watched"
        time.sleep(0.2)
    return str(found.get("error") or "StandbyRetired")


def _release(directory: Path, fault: str, version: str) -> Path:
    folder = directory / "releases" / version
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(APP, folder / "app.py")
    environment = {
        "FAULT": fault,
        "TURNS_BAD_SECONDS": str(TURNS_BAD_SECONDS),
        "HOME": str(directory.absolute()),
    }
    manifest = {
        "service": "shop",
        "version": version,
        "command": ["python3", "app.py"],
        "environment": environment,
    }
    (folder / "release.json").write_text(json.dumps(manifest))
    return folder


def _with_long_standby(directory: Path) -> Path:
    """The bench's service file with a window in which a release may still turn bad."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "service.yaml"
    text = SERVICE_FILE.read_text()
    assert "standby_seconds: 20\n" in text
    path.write_text(text.replace("standby_seconds: 20\n", f"standby_seconds: {STANDBY_SECONDS}\n"))
    return path


def _set_idle_timeout(rehearsal: Rehearsal) -> None:
    """A load balancer waits a minute for an answer; clients of a measurement need not."""
    elbv2 = rehearsal.client("elbv2")
    [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": str(IDLE_TIMEOUT_SECONDS)}],
    )
