"""A rehearsal: the emulator started, both stacks deployed, the first release live.

    with Rehearsal(Path("build/demo")) as rehearsal:
        rehearsal.client("s3").list_buckets()

However the block ends, nothing is left running: the emulator ends when this process closes its
standard input, and it closes when this process is gone.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
from botocore.config import Config

from emulator.client.control import Control
from emulator.client.process import EmulatorProcess
from emulator.ports import free_port
from rehearsal.assembly import Account, Assembly, Deployer
from rehearsal.ecs_services import EcsServices
from rehearsal.images import pack_with_command, push_image
from rehearsal.synthesis import Synthesis
from viridian_cli.deployment import Deployment, execution_arn
from viridian_cli.release import PackedRelease, upload

PROJECT = Path(__file__).resolve().parents[1]
SHOP = PROJECT / "examples" / "shop"
FIRST_RELEASE = SHOP / "releases" / "1.0.0"
SERVICE_FILE = SHOP / "rehearsal.yaml"

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
ACCOUNT = Account("000000000000", "us-east-1")
AUTOMATION_STACK, SERVICE_STACK = "Viridian", "Shop"
# Many threads of a test or the demo ask at once; the default is ten connections.
CLIENT = Config(max_pool_connections=50, connect_timeout=5, read_timeout=30)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outputs:
    """What the stacks tell about themselves."""

    artifact_bucket: str
    table: str
    state_machine_arn: str
    service: str
    registration: str
    production_url: str
    test_url: str


class Rehearsal:
    """One emulated account with the automation and one service in it.

    `directory` is emptied, then holds its state and logs. `service_file` and `first_release`
    default to the example's; an `assembly` saves synthesising one. `say` is told of progress.
    """

    outputs: Outputs
    control: Control
    endpoint_url: str

    def __init__(
        self,
        directory: Path,
        *,
        service_file: Path = SERVICE_FILE,
        first_release: Path = FIRST_RELEASE,
        assembly: Assembly | None = None,
        say: Say = lambda _: None,
    ) -> None:
        self.directory = directory.absolute()
        self._service_file = service_file.absolute()
        self._first_release = first_release
        self._assembly = assembly
        self._say = say
        self._clients: dict[str, Any] = {}
        self._emulator: EmulatorProcess | None = None
        self._synthesis: Synthesis | None = None

    def __enter__(self) -> "Rehearsal":
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def session(self) -> boto3.Session:
        """Credentials and Region of the emulated account; its clients need `endpoint_url`."""
        key, secret = CREDENTIALS.values()
        return boto3.Session(key, secret, region_name=ACCOUNT.region)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment for its AWS calls to come here."""
        return {
            **{name.upper(): value for name, value in CREDENTIALS.items()},
            "AWS_REGION": ACCOUNT.region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
        }

    def client(self, service: str) -> Any:
        """A boto3 client of the emulated account, one for each service."""
        if service not in self._clients:
            session: Any = self.session
            self._clients[service] = session.client(
                service, endpoint_url=self.endpoint_url, config=CLIENT
            )
        return self._clients[service]

    def upload(self, packed: PackedRelease) -> Deployment:
        """Upload a release as its author would; the deployment that this starts."""
        return self.deployment(upload(self.client("s3"), self.outputs.artifact_bucket, packed))

    def deployment(self, deployment_id: str) -> Deployment:
        """A deployment that was just started, or is about to be."""
        arn = execution_arn(self.outputs.state_machine_arn, deployment_id)
        return Deployment(self.client, arn, self.registration())

    def stop(self) -> None:
        """End everything. Harmless when called again."""
        if self._synthesis is not None:
            self._synthesis.stop()
        emulator, self._emulator = self._emulator, None
        if emulator is not None:
            emulator.stop()

    def _start(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self._emulator = EmulatorProcess(self.directory)
        assembly = self._assembled_aside()
        self._say("starting the emulator, synthesising the CDK app")
        ready = self._emulator.ready()
        self.endpoint_url = ready["endpoint_url"]
        self.control = Control(ready["control_url"])
        self._deploy(assembly())
        self.control.enforce_iam()

    def _assembled_aside(self) -> Callable[[], Assembly]:
        """Begin to synthesise unless it was done before; the answer waits for it."""
        if (given := self._assembly) is not None:
            return lambda: given
        context = {"serviceFile": str(self._service_file)}
        self._synthesis = Synthesis(PROJECT, self.directory / "cdk.out", context)
        return self._synthesis.assembly

    def _deploy(self, assembly: Assembly) -> None:
        deployer = Deployer(self.client, self.endpoint_url, ACCOUNT)
        self._say(f"deploying the stack {AUTOMATION_STACK}")
        automation = deployer.deploy(assembly, AUTOMATION_STACK)
        bucket = automation["ArtifactBucketName"]
        image = push_image(self.client("s3"), bucket, pack_with_command(self._first_release))
        self._say(f"deploying the stack {SERVICE_STACK}")
        parameters = {"ProductionPort": free_port(), "TestPort": free_port(), "Image": image}
        service = deployer.deploy(
            assembly, SERVICE_STACK, {name: str(value) for name, value in parameters.items()}
        )
        self.outputs = Outputs(
            artifact_bucket=bucket,
            table=automation["TableName"],
            state_machine_arn=automation["StateMachineArn"],
            service=service["ServiceName"],
            registration=service["RegistrationName"],
            production_url=service["ProductionUrl"],
            test_url=service["TestUrl"],
        )
        self._say("waiting for the fleets to be steady")
        self.services.wait_until_steady()

    @property
    def services(self) -> EcsServices:
        """The ECS services of both sides."""
        registration = self.registration()
        arns = [registration[colour]["fleet"]["arn"].split("/") for colour in ("blue", "green")]
        names = tuple((cluster, name) for *_, cluster, name in arns)
        return EcsServices(self.client("ecs"), names, self.directory / "tasks")

    def registration(self) -> dict[str, Any]:
        """How the service is known to the automation."""
        answer = self.client("ssm").get_parameter(Name=self.outputs.registration)
        found: dict[str, Any] = json.loads(answer["Parameter"]["Value"])
        return found
