"""Who says what: the kinds of messages that no error's class gives, and who is not listened to."""

DOCUMENT = "What is wrong in a document"
CHECK = "What a check found"
LOOK = "What a look found"
TASKS = "What ended the tasks"
HAND = "What was done by hand"
CONTROL = "What a control answers"
CLIENT = "What the command line says"
MACHINE = "What the machines say"
LOG = "What a log says"
REHEARSAL = "What the rehearsal says"
PYTHON = "An error of Python's"

SPEAKERS = {
    "Order": CONTROL,
    "require": "SideUnhealthy",
    "Finding": CLIENT,
    "say": CLIENT,
    "page_at": "Alarms of Viridian",
    "_alarm": "Alarms of a service",
    "exit": REHEARSAL,
    "print": REHEARSAL,
    "warning": LOG,
    "exception": LOG,
    "add_warning_v2": "A warning of the synthesis",
    "ConstructorError": "RegistrationInvalid",
    "NotHealed": "RehearsalFailed",
    "UnsupportedExpression": PYTHON,
    # modules whose texts stand within the messages of others
    "core/approval.py": CONTROL,
    "core/evidence/alarm_change.py": LOOK,
    "core/evidence/body.py": CHECK,
    "core/evidence/comparison.py": LOOK,
    "core/evidence/health.py": "SideUnhealthy",
    "core/evidence/probe.py": CHECK,
    "core/evidence/requests.py": LOOK,
    "core/execution.py": "DeploymentStopped",
    "core/facts.py": "PreflightFailed",
    "core/fleet.py": "CandidateNotReady",
    "core/guardian.py": "DeploymentStopped",
    "core/hold.py": HAND,
    "core/hook.py": "HookFailed",
    "core/order.py": CONTROL,
    "core/rule_change.py": "SplitChanged",
    "core/split.py": "SplitChanged",
    "core/standby.py": LOOK,
    "core/turns.py": "LeaseHeld",
    "core/verdict.py": LOOK,
    "adapters/fleets/ecs.py": TASKS,
    "adapters/fleets/stopped_tasks.py": TASKS,
    "adapters/http_probe.py": CHECK,
    "handlers/acquire_lease.py": "LeaseHeld",
    "handlers/controls/approve.py": CONTROL,
    "handlers/controls/control.py": CONTROL,
    "rehearsal/demo/summary.py": REHEARSAL,
    "viridian_cdk/hooks.py": "RegistrationInvalid",
    "viridian_cli/commands/doctor.py": CLIENT,
    "viridian_cli/commands/following.py": CLIENT,
    "viridian_cli/commands/reports.py": CLIENT,
    "viridian_cli/commands/status.py": CLIENT,
    "viridian_cli/failure.py": CLIENT,
    "viridian_cli/state.py": CLIENT,
    "viridian_cli/views.py": CLIENT,
}
QUIET = {
    "Argument",
    "Control",
    "Limits",
    "Option",
    "Write",
    "add_argument",
    "info",
    "key",
    "paginate",
}
"""What a function of these names is given is told to nobody, or in the reference."""
