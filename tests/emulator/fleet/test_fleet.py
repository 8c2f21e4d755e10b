"""The fleet inside the emulator: ECS as a caller of its API sees it, over real processes."""

import json
import os
import signal
import time
from pathlib import Path

import boto3
import pytest

from emulator.client.process import EmulatorProcess
from emulator.ports import free_port
from rehearsal.ecs_services import EcsServices, RehearsalFailed
from rehearsal.images import push_image
from rehearsal.session import CLIENT, CREDENTIALS, SHOP
from viridian_cli.release import pack

PATIENCE_SECONDS = 60
CLUSTER, SERVICE = "fleet", "shop"

pytestmark = pytest.mark.xdist_group("fleet")


class Account:
    """An ECS service behind a target group, and what a test asks about them."""

    def __init__(self, ready, directory):
        self._clients = {}
        self._endpoint_url = ready["endpoint_url"]
        self.directory = directory
        self.client("s3").create_bucket(Bucket="artifacts")
        self.images = {v: self._push(v) for v in ("1.0.0", "1.1.0")}
        self.target_group = self._load_balancer()
        self.client("ecs").create_cluster(clusterName=CLUSTER)
        self.queue = self._events()

    def client(self, name):
        if name not in self._clients:
            self._clients[name] = boto3.client(
                name,
                endpoint_url=self._endpoint_url,
                region_name="us-east-1",
                config=CLIENT,
                **CREDENTIALS,
            )
        return self._clients[name]

    def define(self, image, command=()):
        container = {"name": "app", "image": image, "stopTimeout": 2, "command": list(command)}
        answer = self.client("ecs").register_task_definition(
            family="shop", containerDefinitions=[container]
        )
        return answer["taskDefinition"]["taskDefinitionArn"]

    def create(self, count, name=SERVICE, command=()):
        self.client("ecs").create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=self.define(self.images["1.0.0"], command),
            desiredCount=count,
            loadBalancers=[
                {
                    "targetGroupArn": self.target_group,
                    "containerName": "app",
                    "containerPort": 8080,
                }
            ],
        )

    def update(self, **changes):
        self.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, **changes)

    def service(self):
        answer = self.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])
        return answer["services"][0]

    def tasks(self, status="RUNNING"):
        ecs = self.client("ecs")
        arns = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE, desiredStatus=status)
        found = ecs.describe_tasks(cluster=CLUSTER, tasks=arns["taskArns"] or ["none"])
        return found["tasks"]

    def task(self, arn):
        return self.client("ecs").describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"][0]

    def target_states(self):
        answer = self.client("elbv2").describe_target_health(TargetGroupArn=self.target_group)
        return sorted(t["TargetHealth"]["State"] for t in answer["TargetHealthDescriptions"])

    def steady_events(self):
        answer = self.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def wait_until(self, is_so, what):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, f"never {what}: {self.service()}"
            time.sleep(0.1)

    def wait_until_steady(self, count):
        def is_steady():
            service = self.service()
            return (
                service["runningCount"] == service["desiredCount"] == count
                and len(service["deployments"]) == 1
                and service["deployments"][0]["rolloutState"] == "COMPLETED"
                and self.target_states().count("healthy") == count
            )

        self.wait_until(is_steady, f"steady at {count}")

    def processes(self):
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

    def _push(self, version):
        return push_image(self.client("s3"), "artifacts", pack(SHOP / "releases" / version))

    def _load_balancer(self):
        elbv2 = self.client("elbv2")
        balancer = elbv2.create_load_balancer(Name="front", Subnets=["subnet-1", "subnet-2"])
        group = elbv2.create_target_group(
            Name="shop",
            Protocol="HTTP",
            Port=8080,
            VpcId="vpc-1",
            TargetType="ip",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        elbv2.modify_target_group_attributes(
            TargetGroupArn=group,
            Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}],
        )
        elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=free_port(),
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        return group

    def _events(self):
        queue = self.client("sqs").create_queue(QueueName="steady")["QueueUrl"]
        pattern = {"source": ["aws.ecs"], "detail-type": ["ECS Service Action"]}
        arn = "arn:aws:sqs:us-east-1:000000000000:steady"
        self.client("events").put_rule(Name="steady", EventPattern=json.dumps(pattern))
        self.client("events").put_targets(Rule="steady", Targets=[{"Id": "queue", "Arn": arn}])
        return queue


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    directory = tmp_path_factory.mktemp("fleet")
    emulator = EmulatorProcess(directory)
    try:
        found = Account(emulator.ready(), directory)
        found.create(2)
        found.wait_until_steady(2)
        yield found
    finally:
        emulator.stop()
    assert found.processes() == []


def test_a_service_runs_as_processes_that_are_healthy_targets(account):
    assert len(account.processes()) == 2
    assert account.target_states() == ["healthy", "healthy"]
    assert {task["lastStatus"] for task in account.tasks()} == {"RUNNING"}


def test_being_steady_is_told_once_as_ecs_tells_it(account):
    events = []
    account.wait_until(lambda: events.extend(account.steady_events()) or events, "told")
    (event,) = events
    assert event["resources"] == [account.service()["serviceArn"]]
    assert event["detail"]["eventType"] == "INFO"
    assert event["detail"]["eventName"] == "SERVICE_STEADY_STATE"
    assert event["detail"]["clusterArn"] == account.service()["clusterArn"]


def test_a_task_that_crashes_is_replaced_and_tells_its_exit_code(account):
    before = {task["taskArn"] for task in account.tasks()}
    os.kill(account.processes()[0], signal.SIGKILL)
    account.wait_until(lambda: account.tasks("STOPPED"), "one stopped")
    account.wait_until_steady(2)
    (stopped,) = account.tasks("STOPPED")
    assert stopped["stopCode"] == "EssentialContainerExited"
    assert stopped["containers"][0]["exitCode"] == 137
    assert before - {stopped["taskArn"]} < {task["taskArn"] for task in account.tasks()}


def test_a_task_that_is_told_to_stop_is_replaced(account):
    arn = account.tasks()[0]["taskArn"]
    account.client("ecs").stop_task(cluster=CLUSTER, task=arn, reason="a drill")
    account.wait_until(lambda: account.task(arn)["lastStatus"] == "STOPPED", "stopped")
    account.wait_until_steady(2)
    assert account.task(arn)["stoppedReason"] == "a drill"
    assert account.task(arn)["containers"][0]["exitCode"] == 0


def test_a_new_definition_is_rolled_out_without_a_gap(account):
    before = {task["taskArn"] for task in account.tasks()}
    account.update(taskDefinition=account.define(account.images["1.1.0"]))
    fewest = []

    def is_replaced():
        fewest.append(account.target_states().count("healthy"))
        return not before & {task["taskArn"] for task in account.tasks()}

    account.wait_until(is_replaced, "replaced")
    account.wait_until_steady(2)
    assert min(fewest) >= 2


def test_wrong_bytes_start_no_task_and_say_why(account):
    before = account.service()["taskDefinition"]
    account.update(taskDefinition=account.define("shop@sha256:" + "0" * 64))
    account.wait_until(
        lambda: any("CannotPull" in task["stoppedReason"] for task in account.tasks("STOPPED")),
        "refused",
    )
    service = account.service()
    assert service["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert service["deployments"][0]["failedTasks"] >= 1
    assert account.target_states().count("healthy") == 2
    account.update(taskDefinition=before)
    account.wait_until_steady(2)


def test_a_service_is_scaled_up_down_and_to_nothing(account):
    for count in (3, 1, 0):
        account.update(desiredCount=count)
        account.wait_until_steady(count)
        account.wait_until(lambda: len(account.processes()) == count, f"{count} processes")  # noqa: B023
    assert account.target_states() == []


def test_a_service_whose_tasks_end_by_themselves_is_told_with_the_newest_log(account):
    program = "print('no database', flush=True); raise SystemExit(0)"
    account.create(2, "doomed", ["python3", "-c", program])
    doomed = EcsServices(account.client("ecs"), ((CLUSTER, "doomed"),), account.directory / "tasks")
    with pytest.raises(RehearsalFailed, match=r"exit code 0\)\n.*tasks/doomed-.*\.log:\n +no data"):
        doomed.wait_until_steady()
    account.client("ecs").delete_service(cluster=CLUSTER, service="doomed", force=True)
