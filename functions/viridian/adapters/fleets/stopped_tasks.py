"""What ended the tasks of an ECS deployment, in words: all that AWS still knows, within bounds.

ECS keeps a stopped task for an hour or so. What it printed is quoted where CloudWatch Logs lets us
(a log group with the tag `viridian:managed`), and otherwise named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from viridian.adapters.fleets.task_definition import serving_container
from viridian.core.service.registration import Fleet

Task = dict[str, Any]

MOST_TASKS = 3
MOST_LISTED = 100
"""What one call lists, and one describes."""

MOST_LINES = 5
LONGEST_LINE = 160
LONGEST_TASK = 300
"""Characters: a whole story fits into an error's message."""

SURPLUS = "Scaling activity initiated by"
"""How ECS begins the reason of a task that it had too many of; that one did nothing wrong."""


@dataclass(frozen=True)
class StoppedTasks:
    """Reads them. Raises what boto3 raises, but for what was printed: a missing right says so."""

    ecs: Any
    logs: Any

    def of(self, fleet: Fleet, deployment: str) -> tuple[str, ...]:
        """A line for each of the newest few, newest first, then what that one printed last.

        Where none was stopped, what the newest that runs printed.
        """
        stopped = self._newest(fleet, deployment, "STOPPED")
        speaking = (stopped or self._newest(fleet, deployment, "RUNNING"))[:1]
        lines = map(_in_words, stopped) if stopped else ["none of its tasks was stopped"]
        return (*lines, *(line for task in speaking for line in self._last_words(task)))

    def _newest(self, fleet: Fleet, deployment: str, status: str) -> list[Task]:
        *_, cluster, service = fleet.arn.split("/")
        listed = self.ecs.list_tasks(
            cluster=cluster, serviceName=service, desiredStatus=status, maxResults=MOST_LISTED
        )["taskArns"]
        if not listed:
            return []
        found = self.ecs.describe_tasks(cluster=cluster, tasks=listed)["tasks"]
        ours = [
            task
            for task in found
            if task.get("startedBy") == deployment
            and not task.get("stoppedReason", "").startswith(SURPLUS)
        ]
        return sorted(ours, key=lambda task: task["createdAt"], reverse=True)[:MOST_TASKS]

    def _last_words(self, task: Task) -> Iterator[str]:
        try:
            yield from self._log(task)
        except (BotoCoreError, ClientError) as error:
            yield f"what it printed could not be read: {error}"[:LONGEST_TASK]

    def _log(self, task: Task) -> Iterator[str]:
        """Where the container that failed logs, and the end of it."""
        answer = self.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])
        container = _culprit(task, answer["taskDefinition"])
        log = container.get("logConfiguration", {})
        options = log.get("options", {})
        if log.get("logDriver") != "awslogs" or "awslogs-stream-prefix" not in options:
            return
        group, prefix = options["awslogs-group"], options["awslogs-stream-prefix"]
        stream = f"{prefix}/{container['name']}/{_id(task)}"
        yield f"log group {group}, stream {stream}"
        found = self.logs.get_log_events(
            logGroupName=group, logStreamName=stream, limit=MOST_LINES, startFromHead=False
        )
        yield from (f"| {event['message'].rstrip()[:LONGEST_LINE]}" for event in found["events"])


def _culprit(task: Task, definition: dict[str, Any]) -> dict[str, Any]:
    """The definition of the container that ended wrongly, otherwise of the one that serves."""
    failed = [c["name"] for c in task["containers"] if c.get("exitCode")]
    named = (c for c in definition["containerDefinitions"] if c["name"] in failed)
    return next(named, serving_container(definition))


def _in_words(task: Task) -> str:
    reason = f"{task.get('stopCode', 'stopped')}: {task.get('stoppedReason', 'no reason given')}"
    ends = [end for container in task["containers"] if (end := _end(container))]
    return "; ".join([f"task {_id(task)} {reason}", *ends])[:LONGEST_TASK]


def _end(container: dict[str, Any]) -> str:
    """How a container ended, as far as ECS tells."""
    code = container.get("exitCode")
    ends = [
        "" if code is None else f"exit code {code}",
        "failed its health check" if container.get("healthStatus") == "UNHEALTHY" else "",
        container.get("reason") or "",
    ]
    told = ", ".join(filter(None, ends))
    return f"{container['name']}: {told}" if told else ""


def _id(task: Task) -> str:
    return str(task["taskArn"].rsplit("/", 1)[-1])
