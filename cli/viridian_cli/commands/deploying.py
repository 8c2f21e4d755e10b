"""`release push` and `deploy`: a deployment is asked for, by a release's upload or by its name."""

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from viridian.core.release.request import VERSION, Request
from viridian.core.service.settings import ON_BUSY
from viridian_cli.commands.following import follow
from viridian_cli.options import At, OfService, Service, Version, Watch, at, within
from viridian_cli.release import pack, pack_image, upload

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A folder with a release.json.")
]
Image = Annotated[
    str | None,
    typer.Option("--image", metavar="NAME@sha256:HEX", help="In place of a folder: an image."),
]

Override = Annotated[
    str | None,
    typer.Option(help="Why it is deployed although frozen, or without an alarm; it is kept."),
]
Again = Annotated[
    bool, typer.Option("--again", help="Also a release that was rejected or taken back.")
]
OnBusy = Annotated[str | None, typer.Option(metavar=ON_BUSY.pattern)]
NewestTemplate = Annotated[
    bool, typer.Option("--newest-template", help="Make a version that ran before anew.")
]
IgnoreAlarms = Annotated[
    list[str] | None, typer.Option(help="A shared alarm to go without; --override says why.")
]


def push(
    context: typer.Context,
    folder: Folder = None,
    image: Image = None,
    service: OfService = None,
    version: Version = None,
    watch: Watch = False,
) -> None:
    """Upload a release, which starts its deployment; prints the deployment's id."""
    here = at(context)
    if (folder is None) == (image is None):
        raise typer.BadParameter("give either a folder or --image (with --service and --version)")
    if folder is not None and (service or version):
        raise typer.BadParameter("--service and --version belong to --image; see release.json")
    if folder is not None:
        packed = pack(folder)
    elif service and version and image:
        packed = pack_image(service, version, image)
    else:
        raise typer.BadParameter("--image needs --service and --version")
    bucket = here.account.output("ArtifactBucketName")
    id = upload(here.account.client("s3"), bucket, packed)
    _started(here, packed.service, id, watch)


def deploy(
    context: typer.Context,
    service: Service,
    version: Annotated[
        str | None,
        typer.Argument(
            help="A release that was uploaded; unless given, what is live, on the newest template.",
            callback=within(VERSION),
        ),
    ] = None,
    override: Override = None,
    again: Again = False,
    on_busy: OnBusy = None,
    newest_template: NewestTemplate = False,
    ignore_alarm: IgnoreAlarms = None,
    watch: Watch = False,
) -> None:
    """Start a deployment of a release that is there; prints the deployment's id."""
    here = at(context)
    request = request_of(
        service=service,
        version=version,
        override=override,
        again=again,
        on_busy=on_busy,
        template="newest" if newest_template else None,
        ignore_alarms=ignore_alarm,
    )
    here.account.registered(service)
    id = f"{service}-{version or 'live'}-{uuid4().hex[:12]}"
    here.account.client("stepfunctions").start_execution(
        stateMachineArn=here.account.output("StateMachineArn"), name=id, input=json.dumps(request)
    )
    _started(here, service, id, watch)


def request_of(**given: Any) -> dict[str, Any]:
    """The request as it was given; raises RequestInvalid."""
    request = {name: value for name, value in given.items() if value}
    Request.from_dict(request)
    return request


def _started(here: At, service: str, id: str, watch: bool) -> None:
    if watch:
        here.screen.say(id)
        follow(here, service, id)
    here.screen.result({"id": id, "service": service}, id)
    here.screen.say(f"follow it: viridian watch {id}")
