"""`plan`: what a deployment would do, and what would stop it now; it changes nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from viridian.adapters.artifacts import Artifacts
from viridian.core.release.release import ArtifactBucket
from viridian.core.release.request import Request
from viridian_cli import findings, views
from viridian_cli.account import Account
from viridian_cli.commands.deploying import (
    Again,
    IgnoreAlarms,
    Image,
    NewestTemplate,
    OnBusy,
    Override,
    request_of,
)
from viridian_cli.failure import Code
from viridian_cli.options import Service, Version, at
from viridian_cli.outlook import outlook
from viridian_cli.preflight import Preflight, preflight
from viridian_cli.release import PackedRelease, Unpushed, pack, pack_image

Release = Annotated[
    str | None,
    typer.Argument(
        metavar="[RELEASE]",
        help="A version that was uploaded, or a folder with a release.json (or that file), which "
        "is not; unless given, what is live, on the newest template.",
    ),
]


def plan(
    context: typer.Context,
    service: Service,
    release: Release = None,
    version: Version = None,
    image: Image = None,
    override: Override = None,
    again: Again = False,
    on_busy: OnBusy = None,
    newest_template: NewestTemplate = False,
    ignore_alarm: IgnoreAlarms = None,
) -> None:
    """Tell what a deployment would do and what would stop it now; nothing is changed."""
    here, now = at(context), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    packed = _packed(service, release, version, image)
    request = request_of(
        service=service,
        version=packed.version if packed else version or release,
        uploaded_at=now if packed else None,
        override=override,
        again=again,
        on_busy=on_busy,
        template="newest" if newest_template else None,
        ignore_alarms=ignore_alarm,
    )
    found = preflight(
        here.account, Request.from_dict(request), _bucket(here.account, packed), at=now
    )
    document = outlook(here.account, found)
    here.screen.result({**request, **document}, *_views(found, document))
    if found.stops:
        raise typer.Exit(Code.UNCHANGED)


def _packed(
    service: str, release: str | None, version: str | None, image: str | None
) -> PackedRelease | None:
    """What would be pushed first, if it is no version that was."""
    if release and (version or image):
        raise typer.BadParameter("give RELEASE, or --version, or --image with --version")
    if image:
        if not version:
            raise typer.BadParameter("--image needs --version")
        return pack_image(service, version, image)
    if release is None or not Path(release).exists():
        return None
    path = Path(release)
    packed = pack(path if path.is_dir() else path.parent)
    if packed.service != service:
        raise typer.BadParameter(f"{release} is a release of {packed.service!r}, not {service!r}")
    return packed


def _bucket(account: Account, packed: PackedRelease | None) -> ArtifactBucket:
    name = account.output("ArtifactBucketName")
    return Unpushed(name, packed) if packed else Artifacts(account.client("s3"), name)


def _views(found: Preflight, document: dict[str, Any]) -> Iterator[Any]:
    word, style = ("would stop now", views.BAD) if found.stops else ("can begin", views.GOOD)
    yield Text(f"it {word}", style=style)
    yield findings.listed(found.findings)
    if found.deployment is None:
        return
    rows = [
        (f"{each['percent']} %", each["state"], each["what"], ", ".join(each["calls"]))
        for each in document["way"]
    ]
    yield from ("", views.table(("share", "state", "what it does", "what it changes"), rows))
    questions = [
        (f"{each['percent']} %", each["at"], each["key"], each["who"], ", ".join(each["passes"]))
        for each in document["asked"]
    ]
    headings = ("share", "when", "asked", "who", "what lets it pass")
    yield from ("", views.table(headings, questions)) if questions else ()
    yield from ("", views.facts(_facts(document)))


def _facts(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for step in document["steps"]:
        whole = _between(step["seconds"], views.duration)
        yield f"at {step['percent']} %", f"a bake of {step['bake_seconds']} s, in all {whole}"
    for name, span in document["seconds"].items():
        yield name.replace("_", " "), _between(span, views.duration)
    for name, span in (document["overlap"] or {}).items():
        if isinstance(span, dict):
            yield f"overlap, {name.replace('_', ' ')}", _between(span, lambda hours: f"{hours:g}")


def _between(span: dict[str, float], told: Callable[[float], str]) -> str:
    return f"{told(span['least'])} to {told(span['most'])}"
