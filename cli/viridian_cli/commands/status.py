"""`status`, `list` and `ready`: services as they are now."""

from typing import Any

import typer
from rich.text import Text

from viridian_cli import views
from viridian_cli.failure import Code
from viridian_cli.options import AnyService, Service, at
from viridian_cli.state import readiness, service_state


def status(context: typer.Context, service: AnyService = None) -> None:
    """What is live, how traffic is split, what runs, and who is waited for."""
    here = at(context)
    if service is None:
        list_services(context)
        return
    state = service_state(here.account, service)
    here.screen.result(state, views.facts(_facts(state)), *_needs([state]))


def list_services(context: typer.Context) -> None:
    """Every service of the account and Region, a line each."""
    here = at(context)
    states = [service_state(here.account, service) for service in here.account.services()]
    if not states:
        here.screen.say("no service is registered here: deploy a BlueGreenService stack")
    rows = [
        (
            state["service"],
            _live(state),
            views.split(state["split"]),
            views.doing(state["deployment"]),
            "ready" if state["rollback_ready"] else "",
        )
        for state in states
    ]
    headings = ("service", "live", "split", "deployment", "rollback")
    here.screen.result(states, views.table(headings, rows), *_needs(states))


def ready(context: typer.Context, service: Service) -> None:
    """Whether a rollback would work now, and if not, why."""
    here = at(context)
    is_ready, why, then = readiness(here.account, service)
    word, style = ("ready", views.GOOD) if is_ready else ("not ready", views.BAD)
    document = {"service": service, "ready": is_ready, "why": why, "next": then}
    here.screen.result(document, Text.assemble((word, style), f": {why}"), *filter(None, [then]))
    if not is_ready:
        raise typer.Exit(Code.UNCHANGED)


def _live(state: dict[str, Any]) -> str:
    return state["live"]["version"] if state["live"] else "not known"


def _facts(state: dict[str, Any]) -> list[tuple[str, Any]]:
    live, deployment = state["live"], state["deployment"] or {}
    since = f" on {live['colour']} since {views.moment(live['promoted_at'])}" if live else ""
    return [
        ("service", state["service"]),
        ("live", _live(state) + (since or ": no deployment was promoted yet")),
        ("split", views.split(state["split"])),
        ("deployment", deployment.get("id")),
        ("state", views.doing(state["deployment"])),
        ("since", views.moment(deployment.get("since"))),
        ("rollback", "ready" if state["rollback_ready"] else "nothing to go back to at once"),
    ]


def _needs(states: list[dict[str, Any]]) -> list[Any]:
    lines = dict.fromkeys(need for state in states for need in views.needs(state))
    return [Text(f"! {line}", style=views.DOUBT) for line in lines]
