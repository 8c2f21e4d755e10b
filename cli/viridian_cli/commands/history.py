"""`history` and `show`: what the records and Step Functions tell of deployments."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.text import Text

from viridian.core.document import LISTED
from viridian.core.record import deployment_key
from viridian_cli import views
from viridian_cli.account import Account
from viridian_cli.deployment import visits
from viridian_cli.failure import Failed
from viridian_cli.options import Id, Service, at

LIMIT = 20
UNENDED = "no ending yet"
KEPT = (*LISTED, "evidence")


def history(
    context: typer.Context,
    service: Service,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = LIMIT,
) -> None:
    """The deployments of a service, the newest first."""
    here = at(context)
    records = [_named(each) for each in here.account.records.history(service, limit)]
    if not records:
        here.account.registered(service)
        here.screen.say(f"no deployment of {service} was admitted yet")
    rows = [
        (
            views.moment(each.get("admitted_at")),
            each["id"],
            each.get("version", ""),
            views.ending(ending_of(each)),
            views.lasted(each.get("admitted_at"), each.get("ended_at")),
            _asker(each),
        )
        for each in records
    ]
    headings = ("UTC", "deployment", "version", "ending", "took", "asked by")
    here.screen.result(records, views.table(headings, rows))


def show(context: typer.Context, id: Id) -> None:
    """One deployment: who asked, its plan, how it ended and why, what people did."""
    here = at(context)
    service = here.account.service_of(id)
    record, execution = here.account.record(service, id), here.account.execution(id)
    if not record and execution is None:
        raise Failed(f"no deployment {id!r} of {service}: viridian history {service}")
    document = _document(here.account, service, id, record, execution)
    here.screen.result(document, views.facts(_facts(document)), *_details(document))


def _named(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "id": record["sk"].removeprefix(deployment_key(""))}


def ending_of(record: dict[str, Any]) -> str:
    """The newest of both endings; a standby that was let go does not hide a promotion."""
    standby = record.get("standby_ending", "StandbyRetired")
    return str(record.get("ending", UNENDED) if standby == "StandbyRetired" else standby)


def _document(
    account: Account, service: str, id: str, record: dict[str, Any], execution: Any
) -> dict[str, Any]:
    """What may be shown: not what tasks or checks are given, where secrets may stand."""
    deployment, names = record.get("deployment", {}), ("steps", "on_busy", "override", "accept")
    release = deployment.get("release", {})
    kept = {name: record[name] for name in KEPT if name in record}
    return {
        "id": id,
        "service": service,
        **{name: deployment[name] for name in names if name in deployment},
        "release": {name: release[name] for name in ("bundle", "image") if release.get(name)},
        "live_before": (record.get("sides", {}).get("production") or {}).get("version"),
        **kept,
        "status": execution["status"] if execution else None,
        "error": execution.get("error") if execution else None,
        "cause": record.get("cause") or (execution or {}).get("cause"),
        "visits": [*_visits(account, execution)],
    }


def _visits(account: Account, execution: Any) -> Iterator[dict[str, Any]]:
    """The states that it went through, for as long as Step Functions keeps them: 90 days."""
    if execution:
        for state, at in visits(account.client("stepfunctions"), execution["executionArn"]):
            yield {"state": state, "at": at.isoformat(timespec="seconds")}


def _asker(record: dict[str, Any]) -> str:
    """Who asked, of `<time> by <arn> from <ip>`."""
    return str(record.get("requested_by", "")).partition(" by ")[2].partition(" from ")[0]


def _facts(shown: dict[str, Any]) -> list[tuple[str, Any]]:
    steps = (f"{step['percent']} % for {step['bake_seconds']} s" for step in shown.get("steps", ()))
    ending = ending_of(shown) if "ending" in shown else shown["error"] or UNENDED
    release = shown["release"].get("image") or (shown["release"].get("bundle") or {}).get("key")
    standby = (shown.get(f"standby_{name}", "") for name in ("ending", "ended_at", "cause"))
    return [
        ("deployment", shown["id"]),
        ("release", f"{shown['service']} {shown.get('version', '')}  {release or ''}"),
        ("live before", shown["live_before"]),
        ("ending", views.ending(ending)),
        ("cause", shown["cause"]),
        ("standby", "  ".join(filter(None, standby))),
        ("admitted", views.moment(shown.get("admitted_at"))),
        ("ended", views.moment(shown.get("ended_at"))),
        ("took", views.lasted(shown.get("admitted_at"), shown.get("ended_at"))),
        ("asked", shown.get("requested_by")),
        ("override", shown.get("override")),
        ("steps", ", ".join(steps)),
        ("way", " > ".join(_folded([visit["state"] for visit in shown["visits"]]))),
    ]


def _folded(states: list[str]) -> Iterator[str]:
    """States in their order; what waits and looks over and over is named once."""
    seen: list[str] = []
    for state in states:
        if state not in seen[-3:]:
            yield state
        seen.append(state)


def _listed(value: Any) -> list[str]:
    """A part of the evidence, or why it could not be read."""
    if isinstance(value, dict):
        return [f"{name}: {told}" for name, told in value.items()]
    return value if isinstance(value, list) else [str(value)]


def _details(shown: dict[str, Any]) -> list[Any]:
    rows = [
        (
            views.moment(each["at"]),
            *(str(each.get(name, "")) for name in ("action", "by", "reason")),
        )
        for each in shown.get("controls", ())
    ]
    headings = ("UTC", "what people did", "by", "why")
    parts: list[Any] = ["", views.table(headings, rows)] if rows else []
    for name, value in shown.get("evidence", {}).items():
        if value and name not in ("candidate", "requests"):
            parts += ["", Text(f"evidence: {name}", style="dim"), *_listed(value)]
    return parts
