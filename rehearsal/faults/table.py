"""The matrix as a table: states as rows, faults as columns."""

import json
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rehearsal.faults.matrix import Fault, rows
from rehearsal.faults.oracle import notes
from rehearsal.faults.scenario import Result

GOOD, BAD, NOT_PLAYED, NONE = (
    Text("ok", "green"),
    Text("FAIL", "bold red"),
    Text("?", "dim"),
    Text("-", "dim"),
)


def draw(results: Iterable[Result], *, selected: set[str], console: Console) -> None:
    """Print it, and below it each complaint."""
    found = {result.cell.name: result for result in results}
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("state")
    for fault in Fault:
        table.add_column("\n".join(fault.split(" ")), justify="center")
    for row in rows():
        marks = [_mark(f"{row.name} x {fault}", found, selected) for fault in Fault]
        table.add_row(row.name, *marks)
    console.print(table)
    bad = [result for result in found.values() if not result.is_good]
    for result in bad:
        console.print(Text(result.cell.name, "bold"), ", ".join(result.endings), soft_wrap=True)
        for complaint in result.complaints:
            console.print(Text(f"    {complaint}"), soft_wrap=True)
    console.print(f"{len(found) - len(bad)} of {len(found)} scenarios hold, {len(bad)} do not")


def _mark(name: str, found: dict[str, Result], selected: set[str]) -> Text:
    if name in found:
        return GOOD if found[name].is_good else BAD
    return NOT_PLAYED if name in selected else NONE


def write(results: Iterable[Result], path: Path) -> None:
    """All results as JSON: one member a cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {
        result.cell.name: {
            "holds": result.is_good,
            "complaints": result.complaints,
            "endings": result.endings,
            "notes": notes(result.facts),
            "seconds": round(result.seconds, 1),
            "states": {
                f"{e.machine} {e.name}": [name for name, _ in e.visits]
                for e in result.facts.executions
            },
        }
        for result in results
    }
    path.write_text(json.dumps(told, indent=2) + "\n")
