"""What a person wants to know of a service now, gathered; the lease's tokens are left behind."""

import time
from typing import Any

from viridian.adapters.load_balancers import LoadBalancers
from viridian.core.control import Action, Control
from viridian.core.errors import RestoreHeld
from viridian.core.guardian import Machine, executions_of
from viridian.core.hold import Stop
from viridian.core.lease import Lease
from viridian.core.order import UNCHANGED, Order, order
from viridian.core.turns import id_of
from viridian_cli.account import Account
from viridian_cli.deployment import newest_state, split

LIVE = ("version", "colour", "promoted_at")
MACHINES = {Machine.DEPLOY: "StateMachineArn", Machine.STANDBY: "StandbyMachineArn"}


def service_state(account: Account, service: str) -> dict[str, Any]:
    """One service as it is now."""
    lease, live = account.leases.get(service), account.records.production(service)
    stop = account.leases.stop()
    return {
        "service": service,
        "live": {name: getattr(live, name) for name in LIVE} if live else None,
        "split": weights_of(account, service),
        "deployment": _in_progress(account, lease),
        "asked": asked(lease),
        "waiting": [id_of(turn) for turn in sorted(lease.turns)],
        "stopped": str(stop) if stop else None,
        "rollback_ready": rollback_order(lease, stop).write is not None,
    }


def weights_of(account: Account, service: str) -> dict[str, int] | None:
    """Each colour's weight in the rule; None where it has not both target groups."""
    try:
        return split(account.client("elbv2"), account.registration(service))
    except KeyError:
        return None


def _in_progress(account: Account, lease: Lease) -> dict[str, Any] | None:
    if lease.deployment_id is None:
        return None
    return {
        "id": lease.deployment_id,
        "phase": lease.phase,
        "state": _newest_state(account, lease),
        "candidate_percent": lease.candidate_percent,
        "since": lease.acquired_at,
        "paused": lease.paused,
        "breach": lease.breach,
    }


def _newest_state(account: Account, lease: Lease) -> str | None:
    """Where the execution is that leads it now; None where none runs."""
    for machine, name in executions_of(lease):
        found = account.execution(name, MACHINES[machine])
        if found and found["status"] == "RUNNING":
            return newest_state(account.client("stepfunctions"), found["executionArn"])
    return None


def asked(lease: Lease) -> list[str]:
    """Keys of what a deployment asks and nobody answered yet."""
    return sorted(key for key, kept in lease.hooks.items() if "verdict" not in kept)


def rollback_order(lease: Lease, stop: Stop | None) -> Order:
    """What the function Control would do now."""
    control = Control(Action.ROLLBACK, "viridian", "would it work", lease.service)
    return order(control, lease, stop, now=time.time())


def readiness(account: Account, service: str) -> tuple[bool, str, str]:
    """Whether a rollback would work now; why, or why not; and what to do then."""
    lease = account.leases.get(service)
    going = rollback_order(lease, account.leases.stop())
    if going.write is None:
        why = going.did.removesuffix(f"; {UNCHANGED}")
        return False, why, going.next if lease.deployment_id else _other_way(account, service)
    if _newest_state(account, lease) is None:
        why = f"no execution of {lease.deployment_id} runs"
        return False, why, "The guardian takes it over within two minutes; ask again."
    sides = account.record(service, str(lease.deployment_id)).get("sides")
    if sides is None:
        return True, "nothing is touched yet", going.next
    balancers = LoadBalancers(account.client("elbv2"))
    live, candidate = (
        balancers.health(sides[role]["target_group_arn"], sides["size"])
        for role in ("live", "candidate")
    )
    try:
        live.require_can_replace(candidate)
    except RestoreHeld as held:
        return False, str(held), "Bring that side's tasks up first; docs/runbook.md, RestoreHeld."
    return True, f"{live.states} to go back to", going.next


def _other_way(account: Account, service: str) -> str:
    """A deployment of the release that was live before."""
    _, before = account.records.last_two(service)
    version = before.version if before else "VERSION"
    return f"The way back is a deployment: viridian deploy {service} {version}"
