"""What tasks print, where their `awslogs` driver would put it: into CloudWatch Logs.

The driver sends each line as it comes; here they come when a task is told to stop, and at its end.
"""

from pathlib import Path

from ministack.services import cloudwatch_logs, ecs

from emulator.repairs.ecs.records import TaskRecord

MOST_LINES = 1000


def keep(task: TaskRecord, log: Path) -> None:
    """Add what is new in the task's log to its stream, if its container has one."""
    config = ecs._awslogs_config(task.container, task.arn.rsplit("/", 1)[-1], None)
    if not config or not config["stream"] or not log.exists():
        return
    if not ecs._ensure_awslogs_stream(config):
        return
    kept = cloudwatch_logs._log_groups[config["group"]]["streams"][config["stream"]]["events"]
    lines = log.read_text(errors="replace").splitlines()[-MOST_LINES:]
    for line in lines[len(kept) :]:
        ecs._emit_awslogs_event(config, line)
