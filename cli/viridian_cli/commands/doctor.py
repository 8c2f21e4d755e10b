"""`doctor`: whether all is there that a deployment needs, each with what to do where it is not."""

import importlib.metadata
from collections.abc import Iterator
from dataclasses import asdict

import typer
from botocore.exceptions import BotoCoreError, ClientError

from viridian.adapters.alarms import Alarms
from viridian.core.errors import ViridianError
from viridian.core.service.registration import Registration
from viridian_cli.account import Account
from viridian_cli.failure import Code, told
from viridian_cli.findings import Finding, listed, tried
from viridian_cli.options import at
from viridian_cli.state import weights_of

OUTPUTS = (
    *("ArtifactBucketName", "TableName", "StateMachineArn", "StandbyMachineArn", "HookMachineArn"),
    *("ControlFunctionName", "ApproveFunctionName", "OperatorsTopicArn"),
)


def doctor(context: typer.Context) -> None:
    """Check identity, stack, services and versions; what is unknown is not ok."""
    here = at(context)
    findings = [*_account(here.account)]
    here.screen.result([asdict(each) for each in findings], listed(findings))
    if any(each.is_well != "ok" for each in findings):
        raise typer.Exit(Code.UNCHANGED)


def _account(account: Account) -> Iterator[Finding]:
    yield tried("identity", lambda: _identity(account))
    yield tried("stack", lambda: _stack(account))
    yield tried("version", lambda: _version(account))
    yield tried("stop", lambda: _stop(account))
    try:
        services = account.services()
    except (ClientError, BotoCoreError) as error:
        yield Finding("services", "unknown", told(error)[0], "mend that, then look again")
        return
    if not services:
        yield Finding("services", "wrong", "none is registered", "deploy a BlueGreenService stack")
    for service in services:
        yield from _service(account, service)


def _ok(check: str, found: str) -> Finding:
    return Finding(check, "ok", found)


def _identity(account: Account) -> Finding:
    return _ok("identity", f"{account.caller} in {account.session.region_name}")


def _stack(account: Account) -> Finding:
    missing = [name for name in OUTPUTS if name not in account.outputs]
    if missing:
        return Finding(
            "stack", "wrong", f"{account.stack} lacks {', '.join(missing)}", "deploy it again"
        )
    return _ok("stack", f"{account.stack} has its outputs")


def _version(account: Account) -> Finding:
    ours, stacks = importlib.metadata.version("viridian"), account.outputs.get("Version")
    found = f"{ours} here, {stacks or 'not known'} in the stack"
    if stacks is None:
        return Finding("version", "unknown", found, "deploy the control plane again")
    if stacks != ours:
        return Finding("version", "wrong", found, f"install {stacks} here, or deploy {ours}")
    return _ok("version", found)


def _stop(account: Account) -> Finding:
    if stop := account.leases.stop():
        return Finding("stop", "wrong", str(stop), "viridian go ends it")
    return _ok("stop", "nothing is stopped")


def _service(account: Account, service: str) -> Iterator[Finding]:
    check = f"{service}: registration"
    try:
        registration = Registration.from_json(account.registered(service))
    except ViridianError as error:
        yield Finding(check, "wrong", str(error), "deploy the service's stack again")
        return
    yield _ok(check, "readable")
    yield tried(f"{service}: rule", lambda: _rule(account, service))
    yield tried(f"{service}: alarms", lambda: _alarms(account, registration))


def _rule(account: Account, service: str) -> Finding:
    check, weights = f"{service}: rule", weights_of(account, service)
    if weights is None:
        return Finding(check, "wrong", "lacks a target group", "docs/runbook.md, PreflightFailed")
    found = ", ".join(f"{colour} {weight} %" for colour, weight in weights.items())
    is_split = sorted(weights.values()) != [0, 100]
    if is_split and account.leases.get(service).deployment_id is None:
        return Finding(check, "wrong", f"{found}, and no deployment runs", "docs/runbook.md")
    return _ok(check, found)


def _alarms(account: Account, registration: Registration) -> Finding:
    sides = (*registration.blue.alarms, *registration.green.alarms)
    watched = (*sides, *registration.shared_alarms)
    states = Alarms(account.client("cloudwatch")).states(watched)
    check = f"{registration.service}: alarms"
    for names, is_well, what, to_do in (
        (states.missing, "wrong", "not found", "deploy the service's stack again"),
        (states.without_data, "unknown", "without data", "send traffic; see what they measure"),
        (states.firing, "wrong", "in ALARM", "docs/runbook.md tells what each means"),
    ):
        if names:
            return Finding(check, is_well, f"{what}: {', '.join(names)}", to_do)
    return _ok(check, f"all {len(watched)} are OK")
