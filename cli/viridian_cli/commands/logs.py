"""`logs`: what the functions logged of a deployment, and what its tasks said last."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import typer
from rich.text import Text

from viridian_cli import views
from viridian_cli.account import Account
from viridian_cli.options import Id, at

LEFT_OUT = {
    *("timestamp", "level", "message", "location", "service", "correlation_id", "xray_trace_id"),
    *("cold_start", "function_name", "function_memory_size", "function_arn", "function_request_id"),
}
LEVELS = {"WARNING": views.DOUBT, "ERROR": views.BAD, "CRITICAL": views.BAD}
ROOMS = "Functions|Events|Controls|Hooks|Resources|Pipelines"
NAME = re.compile(rf"-(?:{ROOMS})(\w+?)Function[0-9A-F]+")
LONGEST_SHOWN = 160
"""Characters of one value; --json has all."""
EARLY = timedelta(minutes=1)


def logs(context: typer.Context, id: Id) -> None:
    """What Viridian's functions logged of a deployment, and what its tasks said last."""
    here = at(context)
    service = here.account.service_of(id)
    record = here.account.record(service, id)
    execution = here.account.execution(id) or {}
    began = execution.get("startDate") or datetime.fromisoformat(record["admitted_at"])
    lines = sorted(_lines(here.account, id, began - EARLY), key=lambda line: line["timestamp"])
    tasks = record.get("evidence", {}).get("tasks", [])
    rows = [_row(line) for line in lines]
    views_of_tasks = ["", Text("its tasks:", style="dim"), *tasks] if tasks else []
    table = views.table(("UTC", "function", "message", ""), rows)
    here.screen.result({"id": id, "lines": lines, "tasks": tasks}, table, *views_of_tasks)


def _lines(account: Account, id: str, since: datetime) -> Iterator[dict[str, Any]]:
    """Of every log group of the stack: what names the deployment, as all that its states log does
    (`correlation_id`), and some of what event functions log.
    """
    client = account.client("logs")
    for group in account.resources("AWS::Logs::LogGroup"):
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            startTime=int(since.timestamp() * 1000),
            filterPattern=json.dumps(id),
        )
        for page in pages:
            for event in page["events"]:
                yield {**_line(event["message"]), "timestamp": event["timestamp"]}


def _line(message: str) -> dict[str, Any]:
    """JSON, as our functions log it; what Lambda itself says is a text."""
    try:
        found = json.loads(message)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"message": message.strip()}


def _row(line: dict[str, Any]) -> tuple[str | Text, ...]:
    at = datetime.fromtimestamp(line["timestamp"] / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
    told = {name: value for name, value in line.items() if name not in LEFT_OUT}
    message = Text(str(line.get("message", "")), style=LEVELS.get(line.get("level", ""), ""))
    said = "  ".join(f"{name}={json.dumps(value)[:LONGEST_SHOWN]}" for name, value in told.items())
    return at, _short(str(line.get("function_name", ""))), message, said


def _short(function: str) -> str:
    """`Viridian-FunctionsShiftTrafficFunction0A1B2C3D-x` is ShiftTraffic: as the stack names it."""
    found = NAME.search(function)
    return found[1] if found else function
