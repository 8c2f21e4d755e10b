"""`rehearse`: a service on this machine, in an embedded AWS, for every other command to work on."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from viridian_cli.failure import Failed
from viridian_cli.options import at
from viridian_cli.shipped import rehearsal_module

EXTRA = ("ministack", "envoy", "aiohttp", "cryptography")
"""Packages that `viridian[rehearsal]` brings."""


def rehearse(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", exists=True, file_okay=False, help="As `viridian init` writes one."
        ),
    ],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the endpoint; a free one unless given.")
    ] = 0,
    rate: Annotated[
        float, typer.Option(min=0, max=500, help="Clients' requests a second to /.")
    ] = 50,
    release: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="What is live first; unless given DIR/release, or else DIR itself.",
        ),
    ] = None,
    app: Annotated[
        str | None,
        typer.Option(help="The CDK app, run in DIR; else DIR/cdk.json's, or what init writes."),
    ] = None,
    directory: Annotated[
        Path | None, typer.Option(help="For state and logs; DIR/.viridian unless given.")
    ] = None,
) -> None:
    """Have a service live on this machine until Ctrl-C, under traffic, without an account."""
    screen = at(context).screen
    _require()
    try:
        rehearsal_module("live").live(
            folder,
            release=release,
            app=app,
            port=port,
            rate=rate,
            directory=directory,
            screen=screen,
        )
    except KeyboardInterrupt:
        screen.say("\nended; nothing is left running")


def _require() -> None:
    if missing := [name for name in EXTRA if find_spec(name) is None]:
        raise Failed(
            f"{', '.join(missing)}: not installed; a rehearsal needs them: "
            "pip install 'viridian[rehearsal]'"
        )
    if shutil.which(os.environ.get("JSII_NODE", "node")) is None:
        raise Failed("node: not found; the CDK runs on it: install Node 20 or newer")
