"""What ended a deployment's tasks, as ECS and CloudWatch Logs tell it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from tests.core.shop import registration
from viridian.adapters.clients import client
from viridian.adapters.fleets.ecs import EcsFleets

FLEET = registration().green.fleet
PRIMARY = {"status": "PRIMARY", "id": "ecs-svc/2", "taskDefinition": "arn:new", "failedTasks": 3}
SERVICE = {"status": "ACTIVE", "deployments": [PRIMARY], "taskDefinition": "arn:new"}
LOG = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "shop-tasks", "awslogs-stream-prefix": "shop"},
}
LINES = ["Traceback (most recent call last):\n", "no database\n"]
CRASHED = {
    "stopCode": "EssentialContainerExited",
    "stoppedReason": "Essential container in task exited",
    "containers": [{"name": "app", "exitCode": 1}, {"name": "proxy", "exitCode": 0}],
}
SICK = {
    "stopCode": "ServiceSchedulerInitiated",
    "stoppedReason": "Task failed ELB health checks in (target-group arn:group)",
    "containers": [{"name": "app"}],
}
SURPLUS = {**SICK, "stoppedReason": "Scaling activity initiated by (deployment ecs-svc/2)"}
UNPULLED = {
    "stopCode": "TaskFailedToStart",
    "stoppedReason": "Task failed to start",
    "containers": [{"name": "app", "reason": "CannotPullContainerError: not found"}],
}


def task(number: int, ending: dict[str, Any], deployment: str = "ecs-svc/2") -> dict[str, Any]:
    """A stopped task; the higher its number, the newer."""
    return {
        "taskArn": f"arn:aws:ecs:us-east-1:123456789012:task/shop/{number}",
        "taskDefinitionArn": "arn:new",
        "createdAt": datetime(2026, 11, 1, 12, number, tzinfo=UTC),
        "startedBy": deployment,
        **ending,
    }


class Aws:
    """ECS and CloudWatch Logs as they would answer, call by call."""

    def __init__(self) -> None:
        self._ecs, self._logs = client("ecs"), client("logs")
        self.ecs, self.logs = Stubber(self._ecs), Stubber(self._logs)

    def stopped(self, *tasks: dict[str, Any]) -> "Aws":
        self.ecs.add_response("describe_services", {"services": [SERVICE]})
        return self.listed("STOPPED", *tasks)

    def listed(self, status: str, *tasks: dict[str, Any]) -> "Aws":
        arns = [task["taskArn"] for task in tasks]
        which = {"desiredStatus": status, "maxResults": 100}
        self.ecs.add_response(
            "list_tasks", {"taskArns": arns}, {"cluster": "shop", "serviceName": "green", **which}
        )
        if arns:
            self.ecs.add_response(
                "describe_tasks", {"tasks": tasks}, {"cluster": "shop", "tasks": arns}
            )
        return self

    def defined(self, *logs: dict[str, Any]) -> "Aws":
        containers = [
            {"name": name, **({"logConfiguration": log} if log else {})}
            for name, log in zip(("app", "proxy"), logs, strict=False)
        ]
        definition = {"containerDefinitions": containers}
        self.ecs.add_response("describe_task_definition", {"taskDefinition": definition})
        return self

    def printed(self, stream: str, lines: list[str]) -> "Aws":
        asked = {"logGroupName": "shop-tasks", "limit": 5, "startFromHead": False}
        self.logs.add_response(
            "get_log_events",
            {"events": [{"message": line} for line in lines]},
            {**asked, "logStreamName": stream},
        )
        return self

    def told(self) -> list[str]:
        with self.ecs, self.logs:
            found = list(EcsFleets(self._ecs, lambda: self._logs).troubles(FLEET))
            self.ecs.assert_no_pending_responses()
            self.logs.assert_no_pending_responses()
        return found


@pytest.fixture
def aws() -> Aws:
    return Aws()


def test_a_crash_is_told_with_its_exit_code_its_log_and_its_last_lines(aws: Aws) -> None:
    aws.stopped(task(1, CRASHED)).defined(LOG).printed("shop/app/1", LINES)

    assert aws.told() == [
        "task 1 EssentialContainerExited: Essential container in task exited; "
        "app: exit code 1; proxy: exit code 0",
        "log group shop-tasks, stream shop/app/1",
        "| Traceback (most recent call last):",
        "| no database",
    ]


def test_the_log_is_that_of_the_container_that_failed(aws: Aws) -> None:
    failed = {
        **CRASHED,
        "containers": [{"name": "app", "exitCode": 0}, {"name": "proxy", "exitCode": 2}],
    }
    aws.stopped(task(1, failed)).defined({}, LOG).printed("shop/proxy/1", LINES)

    assert aws.told()[1] == "log group shop-tasks, stream shop/proxy/1"


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        (
            SICK,
            "ServiceSchedulerInitiated: Task failed ELB health checks in (target-group arn:group)",
        ),
        (
            UNPULLED,
            "TaskFailedToStart: Task failed to start; app: CannotPullContainerError: not found",
        ),
        (
            {"containers": [{"name": "app", "exitCode": 143, "healthStatus": "UNHEALTHY"}]},
            "stopped: no reason given; app: exit code 143, failed its health check",
        ),
    ],
    ids=["sick", "unpulled", "bare"],
)
def test_who_ended_it_is_told(aws: Aws, ending: dict[str, Any], said: str) -> None:
    assert aws.stopped(task(1, ending)).defined({}).told() == [f"task 1 {said}"]


def test_where_none_was_stopped_the_newest_that_runs_is_quoted(aws: Aws) -> None:
    running = [task(number, {"containers": [{"name": "app"}]}) for number in (1, 2)]
    aws.stopped().listed("RUNNING", *running).defined(LOG).printed("shop/app/2", LINES)

    first, *said = aws.told()

    assert first == "none of its tasks was stopped"
    assert said[0] == "log group shop-tasks, stream shop/app/2"
    assert len(said) == 1 + len(LINES)


def test_the_newest_three_of_the_newest_deployment_that_were_no_surplus_are_told(aws: Aws) -> None:
    former, surplus = task(9, CRASHED, "ecs-svc/1"), task(8, SURPLUS)
    aws.stopped(task(2, SICK), former, task(4, SICK), surplus, task(1, SICK), task(3, SICK))

    assert [line.split()[1] for line in aws.defined({}).told()] == ["4", "3", "2"]


def test_all_that_is_told_fits_into_an_error_s_message(aws: Aws) -> None:
    endless = {**CRASHED, "stoppedReason": "why " * 1000}
    aws.stopped(*(task(n, endless) for n in range(6))).defined(LOG)
    aws.printed("shop/app/5", ["what " * 1000] * 5)

    assert len("\n".join(aws.told())) < 1900


def test_lines_that_may_not_be_read_are_named_by_their_stream(aws: Aws) -> None:
    aws.stopped(task(1, SICK)).defined(LOG)
    aws.logs.add_client_error("get_log_events", "AccessDeniedException", "no tag")

    _, stream, refusal = aws.told()
    assert stream == "log group shop-tasks, stream shop/app/1"
    assert "could not be read: An error occurred (AccessDeniedException)" in refusal


def test_tasks_that_may_not_be_read_are_unknown(aws: Aws) -> None:
    aws.ecs.add_response("describe_services", {"services": [SERVICE]})
    aws.ecs.add_client_error("list_tasks", "AccessDeniedException", "no right")

    [told] = aws.told()
    assert told.startswith("what ended its tasks could not be read: An error occurred (Access")
