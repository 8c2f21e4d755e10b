"""Synthesises apps in one process: `python -m tests.assemblies <folder> <name> ...`."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from aws_cdk import App, Stack, aws_lambda, aws_s3

from examples.shop import cdk_app
from examples.shop.configuration import SERVICE_FILE
from examples.shop.stack import Shop
from tests.assemblies import (
    BARE,
    BROKEN,
    CARELESS,
    COMMITTED,
    CONTROLLED,
    EDITED,
    MEASURED,
    PROJECT,
    REFUSAL,
    REHEARSED,
    RESERVED,
    SHARED,
)
from tests.infra.test_changes import CERTIFICATE
from viridian_cdk.automation import Automation
from viridian_cdk.service_file import read_service_file


def bare(app: App) -> None:
    """The automation by itself, with nothing said of it."""
    Automation(app, "Viridian", code=aws_lambda.Code.from_inline("pass"))


def shared(app: App) -> None:
    """The automation with three services more."""
    cdk_app.build(app)
    automation = app.node.find_child("Viridian")
    assert isinstance(automation, Automation)
    settings = read_service_file(SERVICE_FILE)
    for n in range(3):
        service = replace(settings, service=f"shop-{n}")
        Shop(app, f"Shop{n}", automation=automation, settings=service)


def careless(app: App) -> None:
    """With a bucket that everybody could read."""
    cdk_app.build(app)
    aws_s3.Bucket(Stack(app, "Careless"), "Open")


@dataclass(frozen=True)
class Variant:
    """An app under a context."""

    context: Mapping[str, object]
    build: Callable[[App], object] = cdk_app.build


def of_file(path: str, **context: object) -> Variant:
    """The example's app under another service file."""
    return Variant({"serviceFile": str(PROJECT / path), **context})


VARIANTS = {
    COMMITTED: Variant({}),
    EDITED: of_file("tests/infra/edited.yaml", hostName="shop.example", certificateArn=CERTIFICATE),
    RESERVED: Variant({"reservedConcurrency": 5}),
    BARE: Variant({}, bare),
    SHARED: Variant({}, shared),
    CARELESS: Variant({}, careless),
    REHEARSED: of_file("tests/rehearsal/service.yaml"),
    CONTROLLED: of_file("tests/rehearsal/controls.yaml"),
    MEASURED: of_file("bench/service.yaml"),
    BROKEN: of_file("rehearsal/faults/service.yaml"),
}


def synthesise(variant: Variant, folder: Path) -> None:
    """As the CDK CLI would; what the CDK refuses is told in a file."""
    flags = json.loads((PROJECT / "cdk.json").read_text())["context"]
    app = App(outdir=str(folder), context=flags | dict(variant.context))
    variant.build(app)
    try:
        app.synth()
    except RuntimeError as refused:
        (folder / REFUSAL).write_text(str(refused))


if __name__ == "__main__":
    _, parent, *names = sys.argv
    for name in names:
        synthesise(VARIANTS[name], Path(parent) / name)
