"""What people ask of a deployment: the functions Control and Approve decide, and tell it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from viridian.core.approval import Approval
from viridian.core.control import Action, Control
from viridian_cli.failure import Code
from viridian_cli.options import By, OfDeployment, Reason, Service, at

LONGEST_NAME = 64

SAID = {
    Action.ROLLBACK: "Take production back to the former live, or what deploys to the live side.",
    Action.ABORT: "Take what deploys back, at once.",
    Action.PAUSE: "Let it not go forward: it is watched, and still goes back when it fails.",
    Action.RESUME: "End the pause.",
    Action.SHIP: "End the bake of every step that is left; what fails still goes back.",
    Action.STOP: "Let no deployment of any service begin or go forward.",
    Action.GO: "End the stop of everything.",
}


def control(action: Action) -> Callable[..., None]:
    """The command of an action on one service."""

    def command(
        context: typer.Context,
        service: Service,
        reason: Reason,
        by: By = None,
        deployment: OfDeployment = None,
    ) -> None:
        _ask(context, action, reason, by, service=service, deployment_id=deployment)

    command.__doc__ = SAID[action]
    return command


def of_everything(action: Action) -> Callable[..., None]:
    """The command of an action on all services."""

    def command(context: typer.Context, reason: Reason, by: By = None) -> None:
        _ask(context, action, reason, by)

    command.__doc__ = SAID[action]
    return command


def skip(
    context: typer.Context,
    service: Service,
    reason: Reason,
    percent: Annotated[int, typer.Option(min=1, max=100, help="The step that it is in.")],
    by: By = None,
    deployment: OfDeployment = None,
) -> None:
    """End the bake of the step named, with the evidence that there is."""
    asked = {"service": service, "deployment_id": deployment, "percent": percent}
    _ask(context, Action.SKIP, reason, by, **asked)


def approval(answer: str) -> Callable[..., None]:
    """The command of an answer."""

    def command(
        context: typer.Context,
        service: Service,
        reason: Reason,
        key: Annotated[
            str | None, typer.Option(help="What is answered; the one thing asked unless given.")
        ] = None,
        by: By = None,
        deployment: OfDeployment = None,
    ) -> None:
        given = {
            "answer": answer,
            "service": service,
            "by": by or _caller(context),
            "reason": reason,
            "key": key,
            "deployment_id": deployment,
        }
        _tell(context, "ApproveFunctionName", asdict(Approval.from_dict(given)))

    command.__doc__ = {
        "approve": "Let pass what a deployment asks people about.",
        "reject": "Let it not pass: the release is rejected, or taken back.",
    }[answer]
    return command


def _ask(context: typer.Context, action: Action, reason: str, by: str | None, **asked: Any) -> None:
    given = {"action": action, "by": by or _caller(context), "reason": reason, **asked}
    _tell(context, "ControlFunctionName", asdict(Control.from_dict(given)))


def _tell(context: typer.Context, function: str, asked: dict[str, Any]) -> None:
    """What it did and what comes next; another code where nothing was changed."""
    here = at(context)
    told = here.account.invoke(function, {n: v for n, v in asked.items() if v is not None})
    here.screen.result(told, *filter(None, (told["did"], told.get("next"))))
    if not told["changed"]:
        raise typer.Exit(Code.UNCHANGED)


def _caller(context: typer.Context) -> str:
    """A user's name, or that of a role's session: the end of the ARN, as long as a name may be."""
    arn = at(context).account.caller
    return arn.rpartition("/" if "/" in arn else ":")[2][:LONGEST_NAME]
