"""The demo: good and bad releases, uploaded under traffic, each watched to its ending."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rehearsal.assembly import Assembly
from rehearsal.demo.pipeline import PipelineWay
from rehearsal.demo.story import Chapter, Story
from rehearsal.demo.summary import PROMOTED, REJECTED, REVERTED, summary_file, write_summary
from rehearsal.images import pack_with_command
from rehearsal.session import FIRST_RELEASE, SERVICE_FILE, SHOP, Rehearsal
from rehearsal.traffic import Traffic
from viridian.core.document import document_key, report_key
from viridian.core.errors import Refusal
from viridian_cdk.service_file import read_service_file
from viridian_cli.progress import Progress
from viridian_cli.release import PackedRelease, ReleaseUnusable, pack

REQUESTS_PER_SECOND = 100.0
FIRST_VERSION = "1.0.0"
RECORDS, REPORTS = "records", "reports"
"""Folders below the demo's: each deployment's document, and the page that was made of it."""


@dataclass(frozen=True)
class Script:
    """What a demo plays: the service, the release that is live first, the uploads.

    The service is the shop under a service file, or what an assembly holds.
    """

    service_file: Path
    first_release: Path
    chapters: tuple[Chapter, ...]
    assembly: Assembly | None = None
    doubles_load: bool = False
    by_pipeline: bool = False


@dataclass(frozen=True)
class Ending:
    """How a demo ended; `complaints` is empty when every ending was right."""

    summary: dict[str, Any]
    complaints: list[str]
    summary_file: Path
    reports: Path


def shop_script() -> Script:
    """The example: a good release, one that harms clients, one that is kept from them."""
    releases = SHOP / "releases"
    chapters = (
        Chapter(pack(releases / "1.1.0"), PROMOTED),
        Chapter(pack(releases / "1.2.0"), REVERTED),
        Chapter(pack(releases / "1.3.0"), REJECTED),
    )
    return Script(SERVICE_FILE, FIRST_RELEASE, chapters)


def own_script(folder: Path, directory: Path, assembly: Path | None = None) -> Script:
    """A release of one's own, promoted on top of the shop, or of itself in one's own CDK app.

    A `rehearsal.yaml` in its folder, a service file with short times, tells how it is deployed.
    The shop may not pass that file's health check, so the folder itself is then live first.
    """
    release = pack_with_command(folder)
    if release.version == FIRST_VERSION:
        raise ReleaseUnusable(
            f"{folder / 'release.json'}.version: {FIRST_VERSION} is what is live first, and "
            "answers are told apart by their version; give the release another one"
        )
    own_file = folder / "rehearsal.yaml"
    chapters = (Chapter(release, PROMOTED),)
    if assembly is not None:
        return Script(own_file, folder, chapters, Assembly.at(assembly))
    if not own_file.exists():
        return Script(_shop_file_for(release.service, directory), FIRST_RELEASE, chapters)
    _require_service(own_file, release)
    return Script(own_file, folder, chapters)


def play(script: Script, directory: Path, progress: Progress) -> Ending:
    """Start everything, play the script, end everything; `summary.json` is below `directory`."""
    summary_file(directory).unlink(missing_ok=True)
    with (
        progress,
        Rehearsal(
            directory / "rehearsal",
            service_file=script.service_file,
            first_release=script.first_release,
            assembly=script.assembly,
            context={"pipeline": "true"} if script.by_pipeline else {},
            say=progress.say,
        ) as rehearsal,
    ):
        progress.say(f"{rehearsal.outputs.service} {FIRST_VERSION} is live")
        with _traffic(rehearsal, directory) as traffic:
            grows_to = 2 * REQUESTS_PER_SECOND if script.doubles_load else None
            way = _pipeline(rehearsal) if script.by_pipeline else None
            story = Story(rehearsal, traffic, progress, FIRST_VERSION, grows_to, way)
            summary, complaints = story.play(script.chapters)
        save_documents(rehearsal, summary, directory)
    return Ending(summary, complaints, write_summary(summary, directory), directory / REPORTS)


def save_documents(rehearsal: Rehearsal, summary: dict[str, Any], directory: Path) -> None:
    """Fetch each deployment's record as it was exported, and its report; an event writes both after
    the ending, the report last.
    """
    storage, bucket = rehearsal.client("s3"), rehearsal.outputs.artifact_bucket
    service, ids = rehearsal.outputs.service, [each["id"] for each in summary["deployments"]]
    for folder, key_of, suffix in (
        (directory / REPORTS, report_key, "html"),
        (directory / RECORDS, document_key, "json"),
    ):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for id in ids:
            key = key_of(service, id)
            storage.get_waiter("object_exists").wait(
                Bucket=bucket, Key=key, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
            )
            content = storage.get_object(Bucket=bucket, Key=key)["Body"].read()
            (folder / f"{id}.{suffix}").write_bytes(content)


def _pipeline(rehearsal: Rehearsal) -> PipelineWay:
    told = rehearsal.outputs.told
    return PipelineWay(rehearsal, told["PipelineName"], told["SourceBucketName"])


def _traffic(rehearsal: Rehearsal, directory: Path) -> Traffic:
    log = directory / "answers.csv"
    log.unlink(missing_ok=True)
    return Traffic(
        f"{rehearsal.outputs.production_url}/",
        rate=REQUESTS_PER_SECOND,
        log=log,
        version_header=rehearsal.registration()["settings"]["version_header"],
    )


def _shop_file_for(service: str, directory: Path) -> Path:
    """The shop's service file under the release's own service name, and without its load test:
    one's own application may answer fewer clients at once.
    """
    settings = yaml.safe_load(SERVICE_FILE.read_text())
    path = directory / "rehearsal.yaml"
    directory.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({**settings, "service": service, "hooks": []}, sort_keys=False))
    return path


def _require_service(own_file: Path, release: PackedRelease) -> None:
    try:
        named = read_service_file(own_file).service
    except Refusal as error:
        raise ReleaseUnusable(f"{own_file.parent}/{error}") from error
    if named != release.service:
        raise ReleaseUnusable(
            f"{own_file}: service: wanted {release.service} as in release.json, found {named}"
        )
