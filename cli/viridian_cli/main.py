"""`viridian`: the command line. It asks AWS and the deployed functions, and decides nothing."""

import importlib.metadata
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from viridian.core.control import Action
from viridian_cli.account import Account
from viridian_cli.commands import (
    checking,
    controls,
    deploying,
    doctor,
    dora,
    following,
    history,
    logs,
    planning,
    rehearsing,
    reports,
    starting,
    status,
)
from viridian_cli.failure import EXPECTED, told
from viridian_cli.options import At
from viridian_cli.screen import Screen

EPILOG = (
    "Global options may stand anywhere. Exit codes: 0 done or promoted, 1 wrong input or AWS "
    "refused, 2 usage, 3 not promoted, 4 a person must act, 5 nothing was changed, not ready, or "
    "something would stop it, 130 interrupted."
)
VALUED = ("--profile", "--region", "--endpoint-url", "--stack")


class Commands(TyperGroup):
    """Global options stand anywhere, as those of the AWS CLI; what is expected to go wrong is told
    in a line, and is no traceback.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Bring the global options to the front."""
        return super().parse_args(ctx, hoisted(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except EXPECTED as error:
            message, code = told(error)
            ctx.obj.screen.complain(message)
            raise typer.Exit(code) from error


def hoisted(args: list[str]) -> list[str]:
    """The same arguments, the global options first; what comes after `--` stays."""
    front: list[str] = []
    rest: list[str] = []
    left = iter(args)
    for arg in left:
        if arg == "--":
            return [*front, *rest, arg, *left]
        is_global = arg == "--json" or arg.partition("=")[0] in VALUED
        (front if is_global else rest).append(arg)
        if arg in VALUED:
            front.extend(value for value in [next(left, None)] if value is not None)
    return front + rest


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    help="Blue/green deployments on AWS: release, watch, and lead them by hand.",
)


def _version(is_asked: bool) -> None:
    if is_asked:
        print(importlib.metadata.version("viridian"))
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    profile: Annotated[
        str | None, typer.Option(help="Of the AWS configuration; else AWS_PROFILE.")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], help="Else that of the profile."),
    ] = None,
    endpoint_url: Annotated[
        str | None, typer.Option(help="In place of AWS's own; else AWS_ENDPOINT_URL.")
    ] = None,
    stack: Annotated[
        str, typer.Option(envvar="VIRIDIAN_STACK", help="The control plane's stack.")
    ] = "Viridian",
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Its version.")
    ] = False,
) -> None:
    """Where it works."""
    context.obj = At(Account(profile, region, endpoint_url, stack), Screen(as_json))


release = typer.Typer(no_args_is_help=True, help="Releases.")
release.command("push")(deploying.push)
DEPLOYING, LOOKING, LEADING = "Deploy", "Look", "Lead by hand"
app.add_typer(release, name="release", rich_help_panel=DEPLOYING)
app.command("init", rich_help_panel=DEPLOYING)(starting.init)
app.command("rehearse", rich_help_panel=DEPLOYING)(rehearsing.rehearse)
app.command("validate", rich_help_panel=DEPLOYING)(checking.validate)
app.command("deploy", rich_help_panel=DEPLOYING)(deploying.deploy)
app.command("plan", rich_help_panel=DEPLOYING)(planning.plan)
LOOKS: dict[str, Callable[..., None]] = {
    "watch": following.watch,
    "status": status.status,
    "list": status.list_services,
    "history": history.history,
    "show": history.show,
    "report": reports.report,
    "judge": reports.judge,
    "logs": logs.logs,
    "ready": status.ready,
    "doctor": doctor.doctor,
    "dora": dora.dora,
}
for name, look in LOOKS.items():
    app.command(name, rich_help_panel=LOOKING)(look)
for action in (Action.ROLLBACK, Action.ABORT, Action.PAUSE, Action.RESUME):
    app.command(action.value, rich_help_panel=LEADING)(controls.control(action))
app.command("skip", rich_help_panel=LEADING)(controls.skip)
app.command("ship", rich_help_panel=LEADING)(controls.control(Action.SHIP))
app.command("stop-all", rich_help_panel=LEADING)(controls.of_everything(Action.STOP))
app.command("go", rich_help_panel=LEADING)(controls.of_everything(Action.GO))
for answer in ("approve", "reject"):
    app.command(answer, rich_help_panel=LEADING)(controls.approval(answer))


def main() -> None:
    """The entry point."""
    app(prog_name="viridian")
