"""`watch`: follow a deployment to its end; the deployment needs nobody who watches."""

import time
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from viridian.core.execution import IN_WORDS, execution_arn
from viridian.core.guardian import Machine
from viridian.core.lease import Lease
from viridian_cli import views
from viridian_cli.deployment import Deployment, Sight, explanations, in_words
from viridian_cli.failure import Code, Failed, code_of
from viridian_cli.options import AnyId, At, OfService, at
from viridian_cli.progress import Moment
from viridian_cli.state import MACHINES, asked

LOOK_SECONDS = 2.0
"""Each look is five calls; Step Functions gives an account five histories a second."""


def watch(context: typer.Context, id: AnyId = None, service: OfService = None) -> None:
    """Follow a deployment, live on a terminal, a line for each change elsewhere."""
    here = at(context)
    if id is None:
        service, id = running(here, service)
    follow(here, service or here.account.service_of(id), id)


def running(here: At, service: str | None) -> tuple[str, str]:
    """The one deployment that runs, of one service or of all."""
    services = [service] if service else here.account.services()
    leases = [here.account.leases.get(each) for each in services]
    found = [lease for lease in leases if lease.phase == "deploying"]
    if not found:
        hint = "viridian history SERVICE lists those of before"
        raise Failed(f"no deployment runs: {hint}", Code.UNCHANGED)
    if len(found) > 1:
        named = ", ".join(str(lease.deployment_id) for lease in found)
        raise Failed(f"more than one deployment runs, name one: {named}")
    return found[0].service, str(found[0].deployment_id)


def follow(here: At, service: str, id: str) -> None:
    """Follow it, tell how it ended, and leave with the code of that."""
    try:
        _show(here, service, id)
    except (KeyboardInterrupt, ClientError, BotoCoreError):
        here.screen.say(f"\n{id} goes on without you: viridian watch {id}")
        raise
    found = outcome(here, service, id)
    line = f"{id}  {found['ending']}" + (f": {found['cause']}" if found["cause"] else "")
    here.screen.result(found, views.ending(found["ending"], line))
    raise typer.Exit(code_of(found["ending"]))


def _show(here: At, service: str, id: str) -> None:
    execution = here.account.execution(id)
    if execution and execution["status"] != "RUNNING":
        return
    began = execution["startDate"].timestamp() if execution else time.time()
    machine = here.account.output(MACHINES[Machine.DEPLOY])
    meaning = explanations(here.account.client("stepfunctions"), machine)
    live = here.account.records.production(service)
    registration = here.account.registration(service)
    deployment = Deployment(here.account.client, execution_arn(machine, id), registration)
    with here.screen.progress(since=time.time() - began) as progress:
        for sight in deployment.follow(every_seconds=LOOK_SECONDS):
            record = here.account.record(service, id)
            if "sides" in record:
                deployment.candidate = record["sides"]["candidate"]["colour"]
            lease, version = here.account.leases.get(service), record.get("version", "")
            is_its = lease.deployment_id in (id, None)
            progress.show(
                Moment(
                    release=f"{service} {version}".strip(),
                    state=in_words(sight.state),
                    explanation=meaning.get(sight.state, ""),
                    live_version=live.version if live else "live",
                    candidate_version=version or "candidate",
                    candidate_percent=sight.candidate_percent if is_its else 0,
                    firing=sight.firing,
                    notes=_notes(lease, id, sight),
                )
            )


def _notes(lease: Lease, id: str, sight: Sight) -> tuple[str, ...]:
    """What the lease tells of it that its state does not."""
    if lease.deployment_id != id or sight.is_over:
        return ()
    return views.held_up(lease.service, lease.paused, lease.breach, asked(lease))


def outcome(here: At, service: str, id: str) -> dict[str, Any]:
    """How it ended: its standby, if that took production back; else its execution."""
    record = here.account.record(service, id)
    execution = here.account.execution(id) or {}
    ending, cause = record.get("ending") or execution.get("error"), record.get("cause")
    if execution.get("status") == "SUCCEEDED":
        ending = "DeploymentPromoted"
    if record.get("standby_ending", "StandbyRetired") != "StandbyRetired":
        ending, cause = record["standby_ending"], record.get("standby_cause")
    if ending is None:
        ending = f"its execution {IN_WORDS.get(execution.get('status', ''), 'is not known')}"
        cause = f"the guardian makes the traffic whole; viridian show {id}"
    return {
        "id": id,
        "service": service,
        "version": record.get("version"),
        "ending": ending,
        "cause": cause or execution.get("cause"),
    }
