"""What the commands' arguments are called and mean, and where a command finds its account."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from viridian.core.control import PERSON, REASON
from viridian.core.execution import NAME
from viridian.core.release.request import VERSION
from viridian.core.schema import Limits
from viridian.core.service.settings import SERVICE_NAME
from viridian_cli.account import Account
from viridian_cli.screen import Screen


@dataclass(frozen=True)
class At:
    """What the global options lead to."""

    account: Account
    screen: Screen


def at(context: typer.Context) -> At:
    """What a command works on."""
    found: At = context.obj
    return found


def within(limits: Limits) -> Callable[[str | None], str | None]:
    """Refuses what the machine would refuse."""

    def check(value: str | None) -> str | None:
        if value is not None and not limits.take(value):
            raise typer.BadParameter(f"must be {limits.hint}, found {value!r}")
        return value

    return check


Service = Annotated[
    str,
    typer.Argument(metavar="SERVICE", help="A registered service.", callback=within(SERVICE_NAME)),
]
AnyService = Annotated[
    str | None,
    typer.Argument(metavar="[SERVICE]", help="All unless given.", callback=within(SERVICE_NAME)),
]
OfService = Annotated[
    str | None, typer.Option("--service", help="The service.", callback=within(SERVICE_NAME))
]
Version = Annotated[
    str | None, typer.Option("--version", help="The release's version.", callback=within(VERSION))
]
Id = Annotated[str, typer.Argument(help="A deployment's id.", callback=within(NAME), metavar="ID")]
AnyId = Annotated[
    str | None,
    typer.Argument(
        help="A deployment's id; the one that runs unless given.",
        callback=within(NAME),
        metavar="[ID]",
    ),
]
OfDeployment = Annotated[
    str | None,
    typer.Option(
        "--deployment",
        help="Which deployment is meant, so that the next is left alone.",
        callback=within(NAME),
    ),
]
Reason = Annotated[
    str,
    typer.Option(help="Why; it is kept and told, so no secrets.", callback=within(REASON)),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by", help="Who asks; unless given, as STS names the caller.", callback=within(PERSON)
    ),
]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it to its end.")]
