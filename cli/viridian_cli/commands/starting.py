"""`init`: the files of a service to begin with, which are rehearsed as they are."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
import yaml

from viridian.core.schema import Limits
from viridian.core.service.settings import HEADER, SERVICE_NAME, Settings
from viridian_cli.failure import Code, Failed
from viridian_cli.options import OfService, at, within
from viridian_cli.service_file import read_service_file
from viridian_cli.shipped import STARTER

SERVICE_FILES = ("service.yaml", "rehearsal.yaml")
FILES = (*SERVICE_FILES, "release/release.json", "release/app.py", "cdk.json", "cdk_app.py")
PLAIN_PATH = Limits(pattern=r"/[\w./-]*", hint="a path of letters, digits, . _ - and /")
"""One that a program's text can hold, too."""
QUESTIONS = {
    "service": ("The service's name", SERVICE_NAME),
    "health_check_path": ("Which path tells the load balancer that a task is well", PLAIN_PATH),
    "version_header": ("In which header does every answer tell the release's version", HEADER),
}


def init(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", file_okay=False, help="This folder unless given.")
    ] = Path(),
    service: OfService = None,
    health_check_path: Annotated[
        str | None, typer.Option(help="Of the target groups.", callback=within(PLAIN_PATH))
    ] = None,
    version_header: Annotated[
        str | None, typer.Option(help="It tells the version.", callback=within(HEADER))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take the defaults.")] = False,
) -> None:
    """Write a service to begin with: service file, release, CDK app. It overwrites nothing."""
    screen = at(context).screen
    if there := [name for name in FILES if (folder / name).exists()]:
        raise Failed(
            f"{folder}: has {', '.join(there)} already, so nothing was written: name another "
            "folder, or move them away",
            Code.UNCHANGED,
        )
    starts_with = read_service_file(STARTER / SERVICE_FILES[0])
    given = {
        "service": service,
        "health_check_path": health_check_path,
        "version_header": version_header,
    }
    defaults = {name: getattr(starts_with, name) for name in QUESTIONS}
    named = {**defaults, "service": _name_of(folder) or starts_with.service}
    answers = {
        name: value or (named[name] if yes else _ask(name, named[name], err=screen.as_json))
        for name, value in given.items()
    }
    _write(folder, _texts({defaults[name]: answers[name] for name in QUESTIONS}))
    written = [str(folder / name) for name in FILES]
    screen.result({"service": answers["service"], "written": written}, "\n".join(written))
    screen.say(f"see it deployed on this machine: viridian rehearse {folder}")


def _ask(name: str, default: str, *, err: bool) -> str:
    text, limits = QUESTIONS[name]
    answer: str = typer.prompt(text, default=default, value_proc=within(limits), err=err)
    return answer


def _name_of(folder: Path) -> str:
    """The folder's name as one of a service; "" where nothing is left of it."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower())
    return name.strip("-").lstrip("0123456789-")[:32]


def _texts(instead: Mapping[str, str]) -> dict[str, str]:
    """The starter's files with other words, held to the readers' own rules."""
    words = re.compile("|".join(rf"(?<![\w/]){re.escape(word)}\b" for word in instead))
    texts = {
        name: words.sub(lambda found: instead[found[0]], (STARTER / name).read_text())
        for name in FILES
    }
    for name in SERVICE_FILES:
        Settings.from_dict(yaml.safe_load(texts[name]), name)
    return texts


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    try:
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("x") as file:
                file.write(text)
    except OSError as error:
        raise Failed(f"{error.filename}: {error.strerror}") from error
