"""A rehearsal: the emulator started, an app's stacks deployed, the first release live.

    with Rehearsal(Path("build/demo")) as rehearsal:
        rehearsal.client("s3").list_buckets()

However the block ends, nothing is left running: the emulator ends when this process closes its
standard input, and it closes when this process is gone.
"""

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from emulator.client.control import Control
from emulator.client.process import EmulatorProcess
from emulator.ports import free_port
from rehearsal.assembly import Account, Assembly, Deployer
from rehearsal.ecs_services import EcsServices, RehearsalFailed
from rehearsal.images import pack_with_command, push_image
from rehearsal.synthesis import Synthesis
from viridian.core.execution import execution_arn
from viridian.core.service.registration import parameter_name
from viridian_cli.deployment import Deployment
from viridian_cli.release import PackedRelease, upload

PROJECT = Path(__file__).resolve().parents[1]
SHOP = PROJECT / "examples" / "shop"
FIRST_RELEASE = SHOP / "releases" / "1.0.0"
SERVICE_FILE = SHOP / "rehearsal.yaml"
APP = f"{sys.executable} -m examples.shop.cdk_app"

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
ACCOUNT = Account("000000000000", "us-east-1")
# Many threads of a test or the demo ask at once; the default is ten connections.
CLIENT = Config(max_pool_connections=50, connect_timeout=5, read_timeout=30)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outputs:
    """What was deployed, as the automation's stack and the service's registration tell."""

    stack: str
    """The control plane's."""
    artifact_bucket: str
    table: str
    state_machine_arn: str
    service: str
    registration: str
    production_url: str
    told: Mapping[str, str]
    """All outputs of the stacks."""


class Rehearsal:
    """One emulated account with the automation and one service in it.

    `directory` is emptied, then holds its state and logs. `app` is a command that synthesises the
    stacks in the folder `project`, told of the service file by the context `serviceFile`, and of
    what is in `context`; these, `service_file` and `first_release` default to the example's. An
    `assembly` saves synthesising. The endpoint has the `port`, unless given a free one.
    A stack with the parameters ProductionPort, TestPort and Image is given free ports and the first
    release's image, and what it takes of `parameters`. `say` is told of progress.
    """

    outputs: Outputs
    control: Control
    endpoint_url: str

    def __init__(
        self,
        directory: Path,
        *,
        app: str = APP,
        project: Path = PROJECT,
        service_file: Path = SERVICE_FILE,
        first_release: Path = FIRST_RELEASE,
        assembly: Assembly | None = None,
        context: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        port: int = 0,
        say: Say = lambda _: None,
    ) -> None:
        self.directory = directory.absolute()
        self._app, self._project, self._port = app, project, port
        self._service_file = service_file.absolute()
        self._first_release = first_release
        self._assembly = assembly
        self._context = dict(context or {})
        self._parameters = dict(parameters or {})
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

    def __exit__(self, *_error: object) -> None:
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

    def update(self, assembly: Assembly, stack: str, **parameters: str) -> None:
        """Deploy a stack again as it is in another assembly; raises DeployFailed."""
        deployer = Deployer(self.client, self.endpoint_url, ACCOUNT)
        deployer.update(assembly, stack, parameters)

    @property
    def standby_machine(self) -> str:
        """The ARN of the machine that watches what was promoted."""
        return self.outputs.told["StandbyMachineArn"]

    def stop(self) -> None:
        """End everything. Harmless when called again."""
        if self._synthesis is not None:
            self._synthesis.stop()
        emulator, self._emulator = self._emulator, None
        if emulator is not None:
            emulator.stop()

    def _start(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self._emulator = EmulatorProcess(self.directory, self._port)
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
        context = {**self._context, "serviceFile": str(self._service_file)}
        self._synthesis = Synthesis(self._project, self._app, self.directory / "cdk.out", context)
        return self._synthesis.assembly

    def _deploy(self, assembly: Assembly) -> None:
        deployer = Deployer(self.client, self.endpoint_url, ACCOUNT)
        image = push_image(self.client("s3"), pack_with_command(self._first_release))
        ports = {name: str(free_port()) for name in ("ProductionPort", "TestPort")}
        offered = {**ports, "Image": image, **self._parameters}
        told: dict[str, str] = {}
        control_plane = ""
        for stack in assembly.stacks:
            self._say(f"deploying the stack {stack}")
            outputs = deployer.deploy(assembly, stack, offered)
            control_plane = stack if "StateMachineArn" in outputs else control_plane
            told |= outputs
        if not control_plane:
            raise RehearsalFailed(f"no Automation among the stacks {', '.join(assembly.stacks)}")
        name, registration = self._registered()
        self.outputs = Outputs(
            stack=control_plane,
            artifact_bucket=told["ArtifactBucketName"],
            table=told["TableName"],
            state_machine_arn=told["StateMachineArn"],
            service=registration["service"],
            registration=name,
            production_url=registration["production_url"],
            told=told,
        )
        self._say("waiting for the fleets to be steady")
        self.services.wait_until_steady()

    def _registered(self) -> tuple[str, dict[str, Any]]:
        """The service's registration, and the name it is kept under."""
        found = self.client("ssm").get_parameters_by_path(Path=parameter_name(""))["Parameters"]
        if len(found) != 1:
            names = ", ".join(parameter["Name"] for parameter in found) or "none"
            raise RehearsalFailed(f"wanted the registration of one service, found {names}")
        return found[0]["Name"], json.loads(found[0]["Value"])

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
