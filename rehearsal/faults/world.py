"""One emulated account with the control plane and many services, each behind ports of its own.

The example's stack is synthesised once and deployed under many names: its load balancer is its own,
so what one service answers is no alarm of another.
"""

import json
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from emulator.client.control import Control
from emulator.client.process import EmulatorProcess
from emulator.ports import free_port
from rehearsal.assembly import Assembly, Deployer
from rehearsal.ecs_services import EcsServices
from rehearsal.images import pack_with_command, push_image
from rehearsal.session import ACCOUNT, APP, CLIENT, CREDENTIALS, FIRST_RELEASE, PROJECT, Say
from rehearsal.synthesis import Synthesis
from viridian.core.service.registration import parameter_name

SERVICE_FILE = Path(__file__).with_name("service.yaml")
FROM_TOPICS = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
}
TEMPLATE_SERVICE, TEMPLATE_STACK = "shop00", "Shop"


@dataclass(frozen=True)
class Account:
    """What the control plane's stack told, and the machines by name."""

    artifact_bucket: str
    table: str
    pages: str
    machines: dict[str, str]


class World:
    """Entered, it is up: every service has its first release live on blue."""

    account: Account
    control: Control
    registrations: dict[str, dict[str, Any]]

    def __init__(
        self,
        directory: Path,
        *,
        services: int,
        say: Say = lambda _: None,
        assembly: Assembly | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.services = [f"shop{number:02}" for number in range(services)]
        self._say = say
        self._assembly = assembly
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._emulator: EmulatorProcess | None = None
        self._endpoint_url = ""

    def __enter__(self) -> "World":
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything. Harmless when called again."""
        emulator, self._emulator = self._emulator, None
        if emulator is not None:
            emulator.stop()

    def client(self, service: str) -> Any:
        """A boto3 client, one for each service; they may be used by many threads."""
        with self._lock:
            if service not in self._clients:
                key, secret = CREDENTIALS.values()
                session: Any = boto3.Session(key, secret, region_name=ACCOUNT.region)
                self._clients[service] = session.client(
                    service, endpoint_url=self._endpoint_url, config=CLIENT
                )
            return self._clients[service]

    def _start(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self._emulator = EmulatorProcess(self.directory)
        self._say("starting the emulator, synthesising the CDK app")
        assembly = self._assembly or self._synthesised()
        ready = self._emulator.ready()
        self._endpoint_url = ready["endpoint_url"]
        self.control = Control(ready["control_url"])
        self._deploy(assembly)
        self.control.enforce_iam()

    def _synthesised(self) -> Assembly:
        folder = self.directory / "cdk.out"
        synthesis = Synthesis(PROJECT, APP, folder, {"serviceFile": str(SERVICE_FILE)})
        try:
            return synthesis.assembly()
        finally:
            synthesis.stop()

    def _deploy(self, assembly: Assembly) -> None:
        deployer = Deployer(self.client, self._endpoint_url, ACCOUNT)
        self._say("deploying the control plane")
        told = deployer.deploy(assembly, "Viridian", {})
        image = push_image(self.client("s3"), pack_with_command(FIRST_RELEASE))
        for service in self.services:
            self._say(f"deploying {service}")
            ports = {name: str(free_port()) for name in ("ProductionPort", "TestPort")}
            own = named(assembly, service)
            deployer.deploy(own, service.capitalize(), {**ports, "Image": image})
        self.account = Account(
            artifact_bucket=told["ArtifactBucketName"],
            table=told["TableName"],
            pages=self._subscribed(told["OperatorsTopicArn"]),
            machines={"deploy": told["StateMachineArn"], "standby": told["StandbyMachineArn"]},
        )
        self.registrations = {s: self._registration(s) for s in self.services}
        self._say("waiting for the fleets to be steady")
        self.ecs_services().wait_until_steady()

    def _subscribed(self, topic: str) -> str:
        """A queue that gets all that operators are told."""
        queues = self.client("sqs")
        url: str = queues.create_queue(QueueName="pages")["QueueUrl"]
        asked = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = asked["Attributes"]["QueueArn"]
        policy = {"Statement": [{**FROM_TOPICS, "Resource": arn}]}
        queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return url

    def _registration(self, service: str) -> dict[str, Any]:
        answer = self.client("ssm").get_parameter(Name=parameter_name(service))
        found: dict[str, Any] = json.loads(answer["Parameter"]["Value"])
        return found

    def ecs_services(self) -> EcsServices:
        """Both fleets of all services."""
        arns = [
            registration[colour]["fleet"]["arn"].split("/")
            for registration in self.registrations.values()
            for colour in ("blue", "green")
        ]
        names = tuple((cluster, name) for *_, cluster, name in arns)
        return EcsServices(self.client("ecs"), names, self.directory / "tasks")


def named(assembly: Assembly, service: str) -> Assembly:
    """The assembly with the example's stack for another service, in a folder of its own."""
    folder = assembly.folder.with_name(f"{assembly.folder.name}-{service}")
    stack = service.capitalize()
    shutil.copytree(assembly.folder, folder, symlinks=True)
    properties = assembly.properties(TEMPLATE_STACK)
    template = folder / properties["templateFile"]
    template.write_text(template.read_text().replace(TEMPLATE_SERVICE, service))
    (folder / f"{TEMPLATE_STACK}.assets.json").rename(folder / f"{stack}.assets.json")
    return Assembly(folder, {stack: assembly.artifacts[TEMPLATE_STACK]})
