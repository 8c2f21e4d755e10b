"""All that was seen of one deployment, and what follows from it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rehearsal.session import Rehearsal
from viridian_cli.deployment import Deployment, Ending, Sight
from viridian_cli.release import PackedRelease

LOOK_SECONDS = 0.1
LONGEST_DEPLOYMENT_SECONDS = 300.0


@dataclass(frozen=True)
class Record:
    """Sights up to the end, and the ending; times are Unix times."""

    service: str
    version: str
    id: str
    uploaded_at: float
    sights: tuple[Sight, ...]
    ending: Ending

    @property
    def last(self) -> Sight:
        """The newest sight."""
        return self.sights[-1]

    @property
    def splits(self) -> list[tuple[float, int]]:
        """Each change of the candidate's percent, with when it was seen."""
        changes: list[tuple[float, int]] = []
        for sight in self.sights:
            if not changes or changes[-1][1] != sight.candidate_percent:
                changes.append((sight.at, sight.candidate_percent))
        return changes

    @property
    def shifted_at(self) -> float | None:
        """When the candidate was first seen with a share."""
        return next((at for at, percent in self.splits if percent > 0), None)

    @property
    def restored_at(self) -> float | None:
        """When the candidate was first seen at 0 % after it had a share; None if never."""
        shifted_at = self.shifted_at
        if shifted_at is None:
            return None
        return next((at for at, percent in self.splits if percent == 0 and at > shifted_at), None)

    @property
    def breached_at(self) -> float | None:
        """When it was known to be bad, at the earliest: by an alarm, or by the machine's judgement.

        An alarm went off between two looks; the one before counts, so a restore is never
        measured shorter than it was.
        """
        return self._alarmed_at() or self._judged_at()

    def _alarmed_at(self) -> float | None:
        quiet_at, shifted_at = self.uploaded_at, self.shifted_at
        for sight in self.sights:
            if not sight.firing:
                quiet_at = sight.at
            elif shifted_at is not None and sight.at >= shifted_at:
                return quiet_at
        return None

    def _judged_at(self) -> float | None:
        """When the machine began the judgement that led to the restore."""
        states = self.ending.states
        if "RestoreTraffic" not in states:
            return None
        before = self.ending.visits[: states.index("RestoreTraffic")]
        return next((at for name, at in reversed(before) if name != "WhatNext"), None)


def deploy(
    rehearsal: Rehearsal,
    release: PackedRelease,
    on_sight: Callable[[Sight], None] = lambda _: None,
    *,
    begin: Callable[[PackedRelease], Deployment] | None = None,
    every_seconds: float = LOOK_SECONDS,
) -> Record:
    """Upload a release, or begin otherwise, and watch the deployment to its end.

    Raises NoEnding.
    """
    uploaded_at, sights = time.time(), []
    deployment = (begin or rehearsal.upload)(release)
    for sight in deployment.follow(
        every_seconds=every_seconds, longest_seconds=LONGEST_DEPLOYMENT_SECONDS
    ):
        sights.append(sight)
        on_sight(sight)
    return Record(
        release.service,
        release.version,
        deployment.id,
        uploaded_at,
        tuple(sights),
        deployment.ending(),
    )
