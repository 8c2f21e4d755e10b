"""How each fault of the matrix is put into the emulator."""

from typing import Any

from rehearsal.faults.matrix import LAST_WRITES, Cell, Fault, Journey, Row, states

# After nine tries in all a function has given up; the direct restore goes on for an hour.
MANY, PATIENT = 12, {"RestoreTrafficDirectly": 5}
ERRORS = {
    "lambda": ("Lambda.Unknown", "Lambda.TooManyRequestsException"),
    "dynamodb": ("DynamoDb.InternalServerErrorException", "DynamoDb.ThrottlingException"),
    "elasticloadbalancingv2": ("ElasticLoadBalancingV2.ElasticLoadBalancingV2Exception",) * 2,
    "sns": ("Sns.InternalErrorException", "Sns.ThrottledException"),
    "states": ("StepFunctions.SfnException",) * 2,
}
"""What each service says of its own failure, and when it throttles."""
ZOMBIE_SECONDS = 6.0
LATE_SECONDS = 9.0
"""For the 90 s that an event may be late, at a tenth of a service's times."""
AT_HAND = {
    Fault.EVENT_LOST,
    Fault.EVENT_TWICE,
    Fault.EVENT_LATE,
    Fault.EVENT_OLD,
    Fault.CANDIDATE_DIES,
    Fault.LIVE_DIES,
    Fault.BY_HAND,
    Fault.TWO,
    Fault.HALF,
}
"""The state is held while these are done."""


def of_cell(cell: Cell) -> dict[str, Any]:
    """The interference of the cell's fault; a state is held for an alarm as well."""
    if cell.fault in AT_HAND:
        return {"kind": "held"}
    return of_fault(cell.row, cell.fault)


def of_second(cell: Cell) -> list[tuple[str, dict[str, Any]]]:
    """Machine and interference of what goes wrong with the restore."""
    if cell.second is None:
        return []
    rows = [Row(machine, "RestoreTraffic", Journey.PROMOTED) for machine in ("deploy", "standby")]
    return [(row.machine, of_fault(row, cell.second)) for row in rows]


def of_fault(row: Row, fault: Fault) -> dict[str, Any]:
    """The interference of a fault in a state."""
    broken, throttled = ERRORS[service_of(row)] if is_task(row) else ("", "")
    many = PATIENT.get(row.state, MANY)
    asked: dict[Fault, dict[str, Any]] = {
        Fault.BEFORE: {"kind": "refused", "error": broken, "times": many},
        Fault.AFTER: {"kind": "failed", "error": broken, "times": many},
        Fault.THROTTLES: {"kind": "refused", "error": throttled, "times": min(many, 10)},
        Fault.TIMEOUT: {"kind": "timed out"},
        Fault.LOST: {"kind": "lost"},
        Fault.ZOMBIE: {"kind": "late", "seconds": ZOMBIE_SECONDS},
        Fault.STOPPED: {"kind": "stopped"},
        Fault.REDRIVEN: {"kind": "stopped"},
    }
    return asked[fault]


def of_event(fault: Fault) -> dict[str, Any] | None:
    """What becomes of the event of an alarm that fires in the state."""
    return {
        Fault.EVENT_LOST: {"kind": "lost", "times": 100},
        Fault.EVENT_TWICE: {"kind": "twice", "seconds": 1.0},
        Fault.EVENT_LATE: {"kind": "late", "seconds": LATE_SECONDS},
    }.get(fault)


def of_last_write(row: Row, service: str) -> tuple[dict[str, str], str]:
    """Where the state's last write is met, and by which text it is this service's."""
    function, action = LAST_WRITES[row.state]
    mentions = {
        "ecs:UpdateService": f'"{service.capitalize()}-',
        "elasticloadbalancing:ModifyRule": f"/{service}-",
        "dynamodb:UpdateItem": f'"SERVICE#{service}"}}, "sk": {{"S": "PRODUCTION"}}',
    }[action]
    return {"caller": f"*Functions{function}Function*", "action": action}, mentions


def of_journey(journey: Journey) -> list[tuple[str, str, dict[str, Any]]]:
    """What is put in the way before: machine, state and interference."""
    broken = {"kind": "refused", "error": "Runtime.ExitError"}
    machine = "standby" if journey.value.startswith("restored") else "deploy"
    ways = []
    if journey in (Journey.DIRECT, Journey.RESTORED_DIRECT):
        ways.append((machine, "RestoreTraffic", broken))
    if journey is Journey.UNVERIFIED:
        ways.append((machine, "VerifyRestored", broken))
    return ways


def breached_in(journey: Journey) -> tuple[str, str] | None:
    """The machine and state in which an alarm fires on this journey."""
    if journey is Journey.PROMOTED:
        return None
    is_standby = journey.value.startswith("restored")
    return ("standby", "Soak") if is_standby else ("deploy", "Bake")


def is_task(row: Row) -> bool:
    """Whether the state calls a service."""
    return bool(states(row.machine)[row.state]["Type"] == "Task")


def service_of(row: Row) -> str:
    """The service that the state calls."""
    resource = states(row.machine)[row.state]["Resource"]
    parts = resource.split(":::")[-1].split(":")
    return str(parts[1] if parts[0] == "aws-sdk" else parts[0])
