"""The fleet inside the emulator: ECS as a caller of its API sees it, over real processes."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from emulator.client.control import Control
from emulator.client.process import EmulatorProcess
from emulator.ports import free_port
from tests.emulator.fleet.packing import packed
from tests.emulator.rig import Cloud, eventually

CLUSTER, SERVICE = "fleet", "shop"
ANSWERING = """
import http.server, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

address = os.environ["HOST"], int(os.environ["PORT"])
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""

pytestmark = pytest.mark.xdist_group("fleet")


class Account:
    """An ECS service behind a target group, and what a test asks about them."""

    def __init__(self, cloud: Cloud, directory: Path) -> None:
        self.directory = directory
        self.ecs, self._storage = cloud.client("ecs"), cloud.client("s3")
        self._elbv2, self._queues = cloud.client("elbv2"), cloud.client("sqs")
        self._storage.create_bucket(Bucket="artifacts")
        self.images = [self._push(version) for version in ("1.0.0", "1.1.0")]
        self.target_group = self._load_balancer()
        self.ecs.create_cluster(clusterName=CLUSTER)
        self._queue = self._queue_of(cloud.client("events"))

    def define(self, image: str, command: Sequence[str] = ()) -> str:
        container = {"name": "app", "image": image, "stopTimeout": 2, "command": list(command)}
        answer = self.ecs.register_task_definition(family="shop", containerDefinitions=[container])
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def create(self, count: int, name: str = SERVICE, command: Sequence[str] = ()) -> None:
        balancer = {
            "targetGroupArn": self.target_group,
            "containerName": "app",
            "containerPort": 8080,
        }
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=self.define(self.images[0], command),
            desiredCount=count,
            loadBalancers=[balancer],
        )

    def update(self, **changes: Any) -> None:
        self.ecs.update_service(cluster=CLUSTER, service=SERVICE, **changes)

    def service(self, name: str = SERVICE) -> dict[str, Any]:
        found = self.ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
        service: dict[str, Any] = found[0]
        return service

    def tasks(self, status: str = "RUNNING", service: str = SERVICE) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster=CLUSTER, serviceName=service, desiredStatus=status)
        found = self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns["taskArns"] or ["none"])
        tasks: list[dict[str, Any]] = found["tasks"]
        return tasks

    def target_states(self) -> list[str]:
        answer = self._elbv2.describe_target_health(TargetGroupArn=self.target_group)
        return sorted(t["TargetHealth"]["State"] for t in answer["TargetHealthDescriptions"])

    def steady_events(self) -> list[dict[str, Any]]:
        answer = self._queues.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def wait_until_steady(self, count: int) -> None:
        def is_steady() -> bool:
            service = self.service()
            return (
                service["runningCount"] == service["desiredCount"] == count
                and len(service["deployments"]) == 1
                and service["deployments"][0]["rolloutState"] == "COMPLETED"
                and self.target_states().count("healthy") == count
            )

        eventually(is_steady)

    def processes(self) -> list[int]:
        """Process ids of the tasks' programs: those that live where bundles are unpacked."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                where = str((process / "cwd").readlink())
            except OSError:
                continue
            if where.startswith(str(self.directory / "bundles")):
                found.append(int(process.name))
        return found

    def _push(self, version: str) -> str:
        bundle = packed({"app.py": ANSWERING}, version=version, command=["python3", "app.py"])
        key = f"images/sha256/{bundle.sha256}.zip"
        self._storage.put_object(Bucket="artifacts", Key=key, Body=bundle.content)
        return f"shop@sha256:{bundle.sha256}"

    def _load_balancer(self) -> str:
        balancers = self._elbv2.create_load_balancer(Name="front", Subnets=["subnet-1"])
        group: str = self._elbv2.create_target_group(
            Name="shop",
            Protocol="HTTP",
            Port=8080,
            TargetType="ip",
            HealthCheckIntervalSeconds=1,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "1"}
        self._elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=[delay])
        self._elbv2.create_listener(
            LoadBalancerArn=balancers["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=free_port(),
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return group

    def _queue_of(self, events: Any) -> str:
        pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Service Action"]}
        arn = "arn:aws:sqs:us-east-1:000000000000:steady"
        events.put_rule(Name="steady", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="steady", Targets=[{"Id": "queue", "Arn": arn}])
        return str(self._queues.create_queue(QueueName="steady")["QueueUrl"])


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    directory = tmp_path_factory.mktemp("fleet")
    emulator = EmulatorProcess(directory)
    try:
        ready = emulator.ready()
        found = Account(Cloud(ready["endpoint_url"], Control(ready["control_url"])), directory)
        found.create(2)
        found.wait_until_steady(2)
        yield found
    finally:
        emulator.stop()
    assert found.processes() == []


def test_a_service_runs_as_processes_that_are_healthy_targets(account: Account) -> None:
    assert len(account.processes()) == 2
    assert account.target_states() == ["healthy", "healthy"]
    assert {task["lastStatus"] for task in account.tasks()} == {"RUNNING"}


def test_being_steady_is_told_once_as_ecs_tells_it(account: Account) -> None:
    (event,) = eventually(account.steady_events)
    assert event["resources"] == [account.service()["serviceArn"]]
    assert event["detail"]["eventType"] == "INFO"
    assert event["detail"]["eventName"] == "SERVICE_STEADY_STATE"
    assert event["detail"]["clusterArn"] == account.service()["clusterArn"]


def test_a_task_that_crashes_is_replaced_and_tells_its_exit_code(account: Account) -> None:
    before = {task["taskArn"] for task in account.tasks()}
    os.kill(account.processes()[0], signal.SIGKILL)
    (stopped,) = eventually(lambda: account.tasks("STOPPED"))
    account.wait_until_steady(2)
    assert stopped["stopCode"] == "EssentialContainerExited"
    assert stopped["containers"][0]["exitCode"] == 137
    assert before - {stopped["taskArn"]} < {task["taskArn"] for task in account.tasks()}


def test_a_task_that_is_told_to_stop_is_replaced(account: Account) -> None:
    arn = account.tasks()[0]["taskArn"]
    account.ecs.stop_task(cluster=CLUSTER, task=arn, reason="a drill")

    def stopped() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = account.ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])[
            "tasks"
        ]
        return [task for task in found if task["lastStatus"] == "STOPPED"]

    (task,) = eventually(stopped)
    account.wait_until_steady(2)
    assert task["stoppedReason"] == "a drill"
    assert task["containers"][0]["exitCode"] == 143


def test_a_new_definition_is_rolled_out_without_a_gap(account: Account) -> None:
    before = {task["taskArn"] for task in account.tasks()}
    account.update(taskDefinition=account.define(account.images[1]))
    fewest = []

    def is_replaced() -> bool:
        fewest.append(account.target_states().count("healthy"))
        return not before & {task["taskArn"] for task in account.tasks()}

    eventually(is_replaced)
    account.wait_until_steady(2)
    assert min(fewest) >= 2


def test_wrong_bytes_start_no_task_and_say_why(account: Account) -> None:
    before = account.service()["taskDefinition"]
    account.update(taskDefinition=account.define("shop@sha256:" + "0" * 64))
    eventually(
        lambda: [task for task in account.tasks("STOPPED") if "CannotPull" in task["stoppedReason"]]
    )
    service = account.service()
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert service["deployments"][0]["failedTasks"] >= 1
    assert account.target_states().count("healthy") == 2
    account.update(taskDefinition=before)
    account.wait_until_steady(2)


def test_a_service_is_scaled_up_down_and_to_nothing(account: Account) -> None:
    for count in (3, 1, 0):
        account.update(desiredCount=count)
        account.wait_until_steady(count)
        eventually(account.processes, having(count))
    assert account.target_states() == []


def test_what_a_task_printed_is_in_a_log_of_its_own(account: Account) -> None:
    program = "print('no database', flush=True); raise SystemExit(0)"
    account.create(1, "doomed", ["python3", "-c", program])
    task = eventually(lambda: account.tasks("STOPPED", "doomed"))[0]
    account.ecs.delete_service(cluster=CLUSTER, service="doomed", force=True)
    name = f"doomed-{task['taskArn'].rsplit('/')[-1][:8]}.log"
    assert (account.directory / "tasks" / name).read_text() == "no database\n"
    assert task["containers"][0]["exitCode"] == 0


def test_a_task_that_fails_its_checks_is_told_counted_and_replaced(account: Account) -> None:
    account.create(1, "deaf", ["python3", "-c", "import time; time.sleep(60)"])
    task = eventually(lambda: account.tasks("STOPPED", "deaf"))[0]
    failed = account.service("deaf")["deployments"][0]["failedTasks"]
    account.ecs.delete_service(cluster=CLUSTER, service="deaf", force=True)
    assert task["stoppedReason"] == "Task failed ELB health checks"
    assert failed >= 1


def having(count: int) -> Callable[[list[int]], bool]:
    return lambda found: len(found) == count
