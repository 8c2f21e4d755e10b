"""The main job, end to end: uploads under traffic, each to the ending it deserves.

The first test is the demo. The others break one thing each, in Viridian's world or in the release:
what must hold is that a bad release is never left in production.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.assembly import Assembly
from rehearsal.demo import play, shop_script
from rehearsal.demo.record import Record, deploy
from rehearsal.demo.summary import PROMOTED, REJECTED, REVERTED, outcome_of
from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Answers, Traffic
from tests.assemblies import DEMONSTRATED, REHEARSED, Assemblies
from tests.rehearsal.live_shop import LOOK_SECONDS, eventually, live_shop
from viridian_cli.deployment import COLOURS, Ending
from viridian_cli.progress import PlainProgress
from viridian_cli.release import pack

PATIENCE_SECONDS = 60.0
Faults = Callable[..., None]
# Runs the shop in the one task that gets the lock; every other task ends at once.
ONLY_ONE = """
import fcntl, runpy
lock = open("lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
runpy.run_path("app.py", run_name="__main__")
"""
# Listens after two failed checks: long enough to be unhealthy, and healthy again after two more.
SLOW = """
import runpy, time
time.sleep(8)
runpy.run_path("app.py", run_name="__main__")
"""
CRASH = """
import os, runpy, sys
os.path.exists(os.environ["DATABASE"]) or sys.exit("no database")
runpy.run_path("app.py", run_name="__main__")
"""

# The shop, which takes each client's request and never answers it.
SILENT = """
import asyncio, app
answer = app.Shop.answer
def stay_silent(shop, path, headers):
    is_client = headers.get("x-forwarded-port") == shop.settings.production_port
    return b"" if is_client else answer(shop, path, headers)
app.Shop.answer = stay_silent
asyncio.run(app.serve(app.Settings.from_env()))
"""
# As on AWS, six times as fast: a report each alarm period, some seconds late, half of it later.
LATE_METRICS = {
    "metric_interval_seconds": 10,
    "metric_delay_seconds": 4,
    "late_metric_seconds": 3,
}
PUNCTUAL_METRICS = {
    "metric_interval_seconds": 1,
    "metric_delay_seconds": 0,
    "late_metric_seconds": 0,
}


@pytest.mark.xdist_group("demo")
def test_a_good_release_is_promoted_a_bad_one_reverted_and_a_slow_one_kept_from_clients(
    tmp_path: Path, assemblies: Assemblies
) -> None:
    assembly = Assembly.at(assemblies.at(DEMONSTRATED))
    script = replace(shop_script(), assembly=assembly)
    lines: list[str] = []
    ending = play(script, tmp_path, PlainProgress(lines.append))

    good, bad, slow = ending.summary["deployments"]
    assert ending.complaints == []
    assert [percent for _, percent in good["splits"]] == [0, 50, 100]
    assert (good["outcome"], good["failed_while_deploying"]) == (PROMOTED, 0)
    assert (bad["outcome"], bad["error"]) == (REVERTED, "DeploymentReverted")
    assert bad["failed_after_restore"] == bad["candidate_requests_after_restore"] == 0
    assert (slow["outcome"], slow["candidate_requests"]) == (REJECTED, 0)
    assert "p99" in slow["cause"]
    assert set(ending.summary["traffic"]["by_version"]) == {"1.0.0", "1.1.0", "1.2.0"}
    assert json.loads(ending.summary_file.read_text()) == json.loads(json.dumps(ending.summary))
    assert any("in ALARM" in line for line in lines)
    reports = [(ending.reports / f"{each['id']}.html").read_text() for each in (good, bad, slow)]
    assert [re.findall("<h1>shop ([0-9.]+ was [a-z]+)", text) for text in reports] == [
        ["1.1.0 was promoted"],
        ["1.2.0 was taken"],
        ["1.3.0 was rejected"],
    ]


class Stage:
    """A shop that is live under traffic, and releases to try on it."""

    def __init__(self, rehearsal: Rehearsal, traffic: Traffic, folder: Path) -> None:
        self.rehearsal = rehearsal
        self.traffic = traffic
        self._folder = folder

    def deploy(
        self,
        version: str,
        *,
        command: tuple[str, ...] = ("python3", "app.py"),
        files: Mapping[str, str] = {},
        **environment: str,
    ) -> tuple[Record, Answers]:
        """Upload a variant of the shop; the record of its deployment and the answers so far.

        First let the alarms forget what the variant before it did to the clients.
        """
        eventually(lambda: not self._firing(), PATIENCE_SECONDS)
        folder = self._folder / version
        folder.mkdir()
        shutil.copy(SHOP / "app.py", folder / "app.py")
        for name, content in files.items():
            (folder / name).write_text(content)
        manifest = {"service": "shop", "version": version, "command": command}
        (folder / "release.json").write_text(json.dumps({**manifest, "environment": environment}))
        record = deploy(self.rehearsal, pack(folder), every_seconds=LOOK_SECONDS)
        return record, self.traffic.answers()

    def _firing(self) -> list[str]:
        registration = self.rehearsal.registration()
        found = self.rehearsal.client("cloudwatch").describe_alarms(
            StateValue="ALARM",
            AlarmNames=[
                *registration["shared_alarms"],
                *(alarm for colour in COLOURS for alarm in registration[colour]["alarms"]),
            ],
        )
        return [str(alarm["AlarmName"]) for alarm in found["MetricAlarms"]]

    def again(self, version: str) -> Ending:
        """Start a release that is there already, as from the console; how that ends."""
        started = self.rehearsal.client("stepfunctions").start_execution(
            stateMachineArn=self.rehearsal.outputs.state_machine_arn,
            input=json.dumps({"service": "shop", "version": version}),
        )
        deployment = self.rehearsal.deployment(started["executionArn"].rpartition(":")[2])
        for _ in deployment.follow(every_seconds=LOOK_SECONDS, longest_seconds=120):
            pass
        return deployment.ending()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("mutants")
    with live_shop(folder, assemblies.at(REHEARSED)) as (rehearsal, traffic):
        yield Stage(rehearsal, traffic, folder)


@pytest.fixture
def faults(stage: Stage) -> Iterator[Faults]:
    """Switches faults on; they are off again after the test."""
    yield stage.rehearsal.control.set_faults
    stage.rehearsal.control.set_faults(
        silence_metrics=False, drop_alarm_events=False, **PUNCTUAL_METRICS
    )


def restored_at(record: Record) -> float:
    """When live had all traffic again, of a deployment that must have been reverted."""
    assert outcome_of(record) == REVERTED
    assert record.restored_at is not None
    return record.restored_at


@pytest.mark.xdist_group("broken world")
class TestBrokenWorld:
    def test_a_lost_alarm_event_costs_one_wait_and_not_the_revert(
        self, stage: Stage, faults: Faults
    ) -> None:
        faults(drop_alarm_events=True)
        record, answers = stage.deploy("2.0.0", FAULT_PERCENT="20")
        assert "JudgeCandidate" in record.ending.states
        assert answers.requests_to("2.0.0", after=restored_at(record)) == 0

    def test_without_metrics_a_bad_release_is_not_promoted(
        self, stage: Stage, faults: Faults
    ) -> None:
        faults(silence_metrics=True)
        record, answers = stage.deploy("2.1.0", FAULT_PERCENT="20")
        assert (record.ending.cause or "").startswith("CandidateUnproven")
        assert answers.requests_to("2.1.0", after=restored_at(record)) == 0

    @pytest.mark.long
    def test_late_metrics_do_not_keep_a_good_release_from_production(
        self, stage: Stage, faults: Faults
    ) -> None:
        faults(**LATE_METRICS)
        record, answers = stage.deploy("2.6.0")
        assert outcome_of(record) == PROMOTED, record.ending.cause
        assert answers.failed_after(record.uploaded_at) == 0


@pytest.mark.xdist_group("broken releases")
class TestBrokenReleases:
    @pytest.mark.long
    def test_a_release_that_runs_on_half_of_its_tasks_gets_no_traffic(self, stage: Stage) -> None:
        record, answers = stage.deploy(
            "2.2.0", command=("python3", "only_one.py"), files={"only_one.py": ONLY_ONE}
        )
        assert outcome_of(record) == REJECTED
        assert (record.ending.error, record.shifted_at) == ("CandidateRejected", None)
        assert answers.requests_to("2.2.0") == 0
        assert answers.failed_after(record.uploaded_at) == 0

    def test_another_version_in_production_than_on_the_test_route_is_reverted(
        self, stage: Stage
    ) -> None:
        record, answers = stage.deploy("2.3.0", FAULT_VERSION="0.9.0")
        assert (record.ending.cause or "").startswith("WrongVersionServed")
        assert answers.requests_to("0.9.0") > 0
        assert answers.requests_to("0.9.0", after=restored_at(record)) == 0

    @pytest.mark.long
    def test_a_release_that_starts_slowly_is_promoted(self, stage: Stage) -> None:
        record, answers = stage.deploy(
            "2.4.0", command=("python3", "slow.py"), files={"slow.py": SLOW}
        )
        assert outcome_of(record) == PROMOTED, record.ending.cause
        assert answers.failed_after(record.uploaded_at) == 0

    @pytest.mark.long
    def test_a_release_that_only_crashes_is_rejected_at_once_and_may_be_tried_again(
        self, stage: Stage, tmp_path: Path
    ) -> None:
        repaired = tmp_path / "repaired"
        record, answers = stage.deploy(
            "2.5.0",
            command=("python3", "crash.py"),
            files={"crash.py": CRASH},
            DATABASE=str(repaired),
        )
        assert outcome_of(record) == REJECTED
        verdict, *tasks, last_words = str(record.ending.cause).splitlines()
        assert verdict.startswith("CandidateNotReady: it only crashes: ")
        assert "EssentialContainerExited" in tasks[0]
        assert "exit code 1" in tasks[0]
        assert last_words == "| no database"
        assert answers.failed_after(record.uploaded_at) == 0

        repaired.touch()
        assert stage.again("2.5.0").error is None

    def test_a_release_that_never_answers_is_stopped_at_its_first_step(
        self, stage: Stage, faults: Faults
    ) -> None:
        """Its clients leave before the load balancer gives up: no alarm tells of them."""
        faults(**LATE_METRICS)
        record, answers = stage.deploy(
            "2.7.0", command=("python3", "silent.py"), files={"silent.py": SILENT}
        )
        assert [percent for _, percent in record.splits] == [0, 50, 0]
        assert "unanswered" in (record.ending.cause or "")
        assert answers.failed_after(restored_at(record) + 1) == 0
