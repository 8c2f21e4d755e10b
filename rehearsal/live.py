"""What `viridian rehearse` does: a service of one's own, live on this machine until it is ended."""

import json
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.request import urlopen

from botocore.exceptions import EndpointConnectionError

from emulator.client.process import DidNotStart
from rehearsal.assembly import DeployFailed
from rehearsal.ecs_services import RehearsalFailed
from rehearsal.images import pack_with_command
from rehearsal.live_view import LiveView
from rehearsal.session import Rehearsal
from rehearsal.sole_use import DirectoryInUse, sole_use
from rehearsal.synthesis import SynthesisFailed, cdk_settings
from rehearsal.traffic import Traffic
from viridian.core.service.settings import Settings
from viridian_cli.failure import Failed
from viridian_cli.screen import Screen
from viridian_cli.service_file import read_service_file
from viridian_cli.shipped import STARTER

EXPECTED = (DeployFailed, DidNotStart, DirectoryInUse, RehearsalFailed, SynthesisFailed)
TRAFFIC_SECONDS = 4 * 3600
"""At most; after a million requests it ends sooner."""
LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Plan:
    """What is rehearsed: the service of a folder, and how."""

    service_file: Path
    settings: Settings
    release: Path
    project: Path
    app: str

    @classmethod
    def of(cls, folder: Path, release: Path | None, app: str | None) -> "Plan":
        """Read the folder; raises Failed, or the readers' own refusals, with what is to be done."""
        service_file = _service_file(folder)
        settings = read_service_file(service_file)
        found = release or (folder / "release" if (folder / "release").is_dir() else folder)
        packed = pack_with_command(found)
        if packed.service != settings.service:
            raise Failed(
                f"{found / 'release.json'}: service: wanted {settings.service} as in "
                f"{service_file.name}, found {packed.service}"
            )
        own = app or cdk_settings(folder).get("app")
        project = folder if own else STARTER
        return cls(service_file, settings, found, project, own or cdk_settings(STARTER)["app"])

    def is_taken(self, registered: dict[str, Any]) -> bool:
        """Whether these settings, as the app registered them, are those of the service file."""
        written: dict[str, Any] = json.loads(json.dumps(asdict(self.settings)))
        return registered == written


def live(
    folder: Path,
    *,
    release: Path | None,
    app: str | None,
    port: int,
    rate: float,
    directory: Path | None,
    screen: Screen,
) -> NoReturn:
    """Start everything, tell how it is reached, and show it until Ctrl-C or SIGTERM: then end
    everything. `directory`, below the folder unless given, is for state and logs. Raises Failed.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    where = directory or folder / ".viridian"
    plan = Plan.of(folder, release, app)
    with _told(where), sole_use(where), ExitStack() as stack:
        (where / ".gitignore").write_text("*\n")
        with screen.progress() as progress:
            started = Rehearsal(
                where / "rehearsal",
                app=plan.app,
                project=plan.project,
                service_file=plan.service_file,
                first_release=plan.release,
                port=port,
                say=progress.say,
            )
            rehearsal = stack.enter_context(started)
        traffic = stack.enter_context(_traffic(rehearsal, rate, where / "answers.csv"))
        version = _version(rehearsal.registration())
        _tell(rehearsal, plan, version, rate, screen)
        with screen.progress() as progress:
            view = LiveView(rehearsal, traffic, progress, version)
            while True:
                view.look()
                time.sleep(LOOK_SECONDS)


def _service_file(folder: Path) -> Path:
    for name in ("rehearsal.yaml", "service.yaml"):
        if (folder / name).is_file():
            return folder.absolute() / name
    raise Failed(f"{folder}: no service.yaml there; viridian init {folder} writes one")


@contextmanager
def _told(directory: Path) -> Iterator[None]:
    """What is expected to go wrong, as the command line tells it."""
    try:
        yield
    except EXPECTED as error:
        raise Failed(str(error)) from error
    except EndpointConnectionError as error:
        log = directory / "rehearsal" / "emulator.log"
        raise Failed(f"the emulator has ended by itself, and all with it; see {log}") from error


def _traffic(rehearsal: Rehearsal, rate: float, log: Path) -> Traffic:
    log.unlink(missing_ok=True)
    return Traffic(
        f"{rehearsal.outputs.production_url}/",
        rate=rate,
        log=log,
        version_header=rehearsal.registration()["settings"]["version_header"],
        seconds=TRAFFIC_SECONDS,
    )


def _version(registration: dict[str, Any]) -> str:
    """What production says of itself."""
    settings = registration["settings"]
    url = f"{registration['production_url']}{settings['health_check_path']}"
    try:
        headers = urlopen(url, timeout=10).headers  # noqa: S310
    except HTTPError as refused:
        headers = refused.headers
    return str(headers.get(settings["version_header"], "(of no version)"))


def _tell(rehearsal: Rehearsal, plan: Plan, version: str, rate: float, screen: Screen) -> None:
    registration = rehearsal.registration()
    document = {
        "service": registration["service"],
        "version": version,
        "production_url": registration["production_url"],
        "test_url": registration["test_url"],
        "environment": {**rehearsal.environment, "VIRIDIAN_STACK": rehearsal.outputs.stack},
        "tasks_log": str(rehearsal.directory / "tasks"),
    }
    screen.result(document, _in_words(document, plan, rate))
    sys.stdout.flush()
    if not plan.is_taken(registration["settings"]):
        screen.say(
            f"the app takes other settings than {plan.service_file.name}: have it read the file "
            "that the CDK context serviceFile names"
        )


def _in_words(document: dict[str, Any], plan: Plan, rate: float) -> str:
    exports = " ".join(f"{k}={shlex.quote(v)}" for k, v in document["environment"].items())
    return f"""
{document["service"]} {document["version"]} is live, as {plan.service_file.name} says:
  production  {document["production_url"]}   {rate:g} requests a second, for at most four hours
  test        {document["test_url"]}
  tasks       what they print is in {document["tasks_log"]}
In another terminal, so that every viridian command works on it:

unset AWS_PROFILE AWS_SESSION_TOKEN
export {exports}

Ctrl-C ends everything.
"""
