"""The story of a demo: a service under traffic, one upload after the other, each to its ending."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.crash_report import CrashReport
from rehearsal.demo import pipeline
from rehearsal.demo.record import Record, deploy
from rehearsal.demo.summary import (
    PROMOTED,
    complaints,
    figures_of,
    outcome_of,
    summary_of,
)
from rehearsal.live_view import by_version
from rehearsal.session import Rehearsal
from rehearsal.traffic import Traffic
from viridian_cli.deployment import Sight, explanations, in_words
from viridian_cli.progress import Moment, Progress
from viridian_cli.release import PackedRelease

# Traffic before the first upload, and after the last ending: what is normal, and what remains.
CALM_SECONDS = 2.0


@dataclass(frozen=True)
class Chapter:
    """A release to upload, and the ending it must come to."""

    release: PackedRelease
    ending: str

    @property
    def title(self) -> str:
        return f"{self.release.service} {self.release.version}"


@dataclass
class Story:
    """Plays chapters on a rehearsal that is up, under traffic that runs."""

    rehearsal: Rehearsal
    traffic: Traffic
    progress: Progress
    live_version: str
    grows_to: float | None = None
    """The load, in requests a second, from the first share of the first candidate on."""
    way: pipeline.PipelineWay | None = None
    """By which the releases come, if not by their upload."""

    def __post_init__(self) -> None:
        machine = self.rehearsal.outputs.state_machine_arn
        self._explanations = explanations(self.rehearsal.client("stepfunctions"), machine)
        self._standby_of = ""
        self._sizes: dict[str, int] = {}
        self._complaints: list[str] = []

    def play(self, chapters: Sequence[Chapter]) -> tuple[dict[str, Any], list[str]]:
        """All chapters; the summary, and what was not as it should be."""
        time.sleep(CALM_SECONDS)
        records = [self._play(chapter) for chapter in chapters]
        time.sleep(CALM_SECONDS)
        self.traffic.stop()
        answers = self.traffic.answers()
        figures = [figures_of(record, answers) for record in records]
        found_wrong = [
            wrong
            for found, chapter in zip(figures, chapters, strict=True)
            for wrong in complaints(found, chapter.ending)
        ]
        return summary_of(figures, answers), [*found_wrong, *self._complaints]

    def _play(self, chapter: Chapter) -> Record:
        self.progress.say(f"uploading {chapter.title}")
        if self._standby_of:
            self.progress.say(f"it waits until the standby of {self._standby_of} has drained")
            self._standby_of = ""
        crashes = CrashReport(self.rehearsal.services, self.progress.say)
        record = deploy(
            self.rehearsal,
            chapter.release,
            lambda sight: self._tell(chapter, sight, crashes),
            begin=self.way.begin if self.way else None,
        )
        outcome, cause = outcome_of(record), record.ending.cause
        self.progress.say(f"{chapter.title}  {outcome}" + (f": {cause}" if cause else ""))
        crashes.conclude()
        if self.way is not None:
            self._hear(self.way, chapter, record)
        if outcome == PROMOTED:
            self.live_version = chapter.release.version
            self._standby_of = chapter.title
        return record

    def _hear(self, way: pipeline.PipelineWay, chapter: Chapter, record: Record) -> None:
        """What the pipeline says of it has to be what was seen."""
        action = way.end()
        self.progress.say(f"pipeline: {pipeline.in_words(action)}")
        if wrong := pipeline.complaint(action, record):
            self._complaints.append(f"{chapter.title}: {wrong}")

    def _tell(self, chapter: Chapter, sight: Sight, crashes: CrashReport) -> None:
        crashes.look(sight.at)
        if self.grows_to is not None:
            self._grow(self.grows_to, sight)
        self.progress.show(self._moment(chapter, sight))

    def _grow(self, rate: float, sight: Sight) -> None:
        """Once, when traffic may move between the sides; then tell how auto scaling follows."""
        if not sight.candidate_percent and not self._sizes:
            return
        if not self._sizes:
            self.progress.say(f"the load grows to {rate:g} requests a second")
            self.traffic.change_rate(rate)
        if (sizes := self.rehearsal.services.sizes()) != self._sizes:
            told = ", ".join(f"{name} {size}" for name, size in sizes.items())
            self.progress.say(f"tasks: {told}")
            self._sizes = sizes

    def _moment(self, chapter: Chapter, sight: Sight) -> Moment:
        answers = self.traffic.answers()
        return Moment(
            release=chapter.title,
            state=in_words(sight.state),
            explanation=self._explanations.get(sight.state, ""),
            live_version=self.live_version,
            candidate_version=chapter.release.version,
            candidate_percent=sight.candidate_percent,
            firing=sight.firing,
            traffic=by_version(answers),
            requests=answers.requests,
            failed=answers.failed,
        )
