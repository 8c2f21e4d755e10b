"""`validate`: what a file has wrong, before anything is uploaded or deployed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from viridian.core.errors import Refusal, RequestInvalid
from viridian.core.release.manifest import Manifest
from viridian.core.release.packed import MANIFEST, completed
from viridian.core.release.request import Request
from viridian.core.schema import keys, parse
from viridian_cli import views
from viridian_cli.failure import Code
from viridian_cli.options import at
from viridian_cli.release import PLACE
from viridian_cli.service_file import read_service_file

OF_A_RELEASE = keys(Manifest).keys() - keys(Request).keys()
"""Keys that no request has."""
NO_BUNDLE = "0" * 64


def validate(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Service files, release.json, requests.")],
) -> None:
    """Tell all that is wrong in service files (YAML), release files and requests (JSON)."""
    found = [_judge(path) for path in files]
    lines = [line for each in found for line in _lines(each)]
    at(context).screen.result(found, *lines)
    if any(each["complaints"] for each in found):
        raise typer.Exit(Code.WRONG)


def _judge(path: Path) -> dict[str, Any]:
    kind, said = "file", ""
    try:
        kind, read = _kind(path)
        read(path)
    except Refusal as refusal:
        said = PLACE.sub(lambda _: path.name, str(refusal))
    except OSError as error:
        said = f"{path}: {error.strerror}"
    return {"file": str(path), "read_as": kind, "complaints": said.splitlines()}


def _kind(path: Path) -> tuple[str, Callable[[Path], object]]:
    """What it is, by its name or else its keys."""
    if path.suffix in (".yaml", ".yml"):
        return "service file", read_service_file
    data = _parsed(path)
    is_release = isinstance(data, dict) and OF_A_RELEASE & data.keys()
    if path.name == MANIFEST or is_release:
        return "release file", _read_release
    return "request", lambda path: Request.from_dict(_parsed(path))


def _parsed(path: Path) -> Any:
    return parse(path.read_bytes(), path.name, RequestInvalid)


def _read_release(path: Path) -> Manifest:
    """As it is uploaded: what packing adds is not missed."""
    data = _parsed(path)
    if not isinstance(data, dict):
        data = {}
    request = Request.from_dict({name: data.get(name) for name in ("service", "version")})
    content = json.dumps(data).encode() if "bundle" in data else completed(data, NO_BUNDLE)
    return Manifest.from_bytes(content, request)


def _lines(found: dict[str, Any]) -> list[Text]:
    wrong = found["complaints"]
    how, style = ("wrong, read as a", views.BAD) if wrong else ("a valid", views.GOOD)
    title = Text(f"{found['file']}: {how} {found['read_as']}", style=style)
    return [title, *(Text(f"  {line}") for line in wrong)]
