"""`doctor`: whether all is there that a deployment needs, each with what to do where it is not."""

import importlib.metadata
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime

import typer
from botocore.exceptions import BotoCoreError, ClientError

from viridian.adapters.alarms import Alarms
from viridian.adapters.artifacts import Artifacts
from viridian.core.errors import ViridianError
from viridian.core.owned import MANAGED
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration
from viridian_cli.account import Account
from viridian_cli.failure import Code, told
from viridian_cli.findings import Finding, listed, tried
from viridian_cli.options import at
from viridian_cli.preflight import preflight
from viridian_cli.state import weights_of

OF_THE_SIDES = ("sides", "live side", "vCPU quota")
OUTPUTS = (
    *("ArtifactBucketName", "TableName", "StateMachineArn", "StandbyMachineArn", "HookMachineArn"),
    *("ControlFunctionName", "ApproveFunctionName", "OperatorsTopicArn"),
)


def doctor(context: typer.Context) -> None:
    """Check identity, stack, services and versions; what is unknown is not ok."""
    here = at(context)
    findings = [*_account(here.account)]
    here.screen.result([asdict(each) for each in findings], listed(findings))
    if any(each.stops for each in findings):
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
    yield tried(f"{service}: tags", lambda: _tags(account, registration))
    yield from _newest_template(account, service)


def _newest_template(account: Account, service: str) -> Iterator[Finding]:
    """What the machine would find of both sides, were what is live deployed again: drift, health,
    room.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    bucket = Artifacts(account.client("s3"), account.output("ArtifactBucketName"))
    found = preflight(account, Request(service, None), bucket, at=now)
    for finding in found.findings:
        if finding.check in OF_THE_SIDES:
            yield replace(finding, check=f"{service}: {finding.check}")


def _tags(account: Account, registration: Registration) -> Finding:
    """Viridian's roles may change what carries the tag, and nothing else."""
    sides = (registration.blue, registration.green)
    arns = [registration.rule_arn, *(side.target_group_arn for side in sides)]
    told = account.client("elbv2").describe_tags(ResourceArns=arns)["TagDescriptions"]
    tags = {each["ResourceArn"]: {t["Key"]: t["Value"] for t in each["Tags"]} for each in told}
    for arn in (side.fleet.arn for side in sides):
        listed = account.client("ecs").list_tags_for_resource(resourceArn=arn)["tags"]
        tags[arn] = {tag["key"]: tag["value"] for tag in listed}
    check = f"{registration.service}: tags"
    if bare := [arn for arn, of in tags.items() if of.get(MANAGED) != "true"]:
        found = f"no {MANAGED}: true on {', '.join(bare)}"
        return Finding(check, "wrong", found, "deploy the service's stack again")
    return _ok(check, "Viridian may change its rule, target groups and fleets")


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
