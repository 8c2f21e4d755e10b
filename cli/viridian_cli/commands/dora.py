"""`dora`: how often, how fast and how well services are deployed, of the records."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from viridian.core.dora import Figures, figures
from viridian_cli import views
from viridian_cli.options import AnyService, at

DAYS = 30
HEADINGS = ("service", "changes", "a day", "lead time", "failed", "time to restore")
UNKNOWN = "-"


def dora(
    context: typer.Context,
    service: AnyService = None,
    days: Annotated[int, typer.Option(min=1, help="Of the deployments that ended in them.")] = DAYS,
) -> None:
    """Deployment frequency, lead time, change failure rate and time to restore."""
    here = at(context)
    services = [service] if service else here.account.services()
    if service:
        here.account.registered(service)
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    found = {}
    for name in services:
        records = here.account.records.history(name)
        found[name] = figures((each for each in records if each.get("ended_at", "") >= since), days)
    document = [{"service": name, "days": days, **asdict(found[name])} for name in found]
    rows = [(name, *_row(found[name])) for name in found]
    here.screen.result(document, views.table(HEADINGS, rows))


def _row(told: Figures) -> tuple[str, ...]:
    failed = UNKNOWN if told.change_failure_percent is None else f"{told.change_failure_percent} %"
    times = (told.lead_time_seconds, told.restore_seconds)
    lead, restore = (UNKNOWN if t is None else views.duration(t) for t in times)
    return str(told.changes), f"{told.changes_per_day:g}", lead, failed, restore
