"""Hooks and approvals of one deployment: what each was asked, what was answered, what follows.

    the function that comes to a point of the deployment
        -> keeps in the lease what is asked, and starts the hook machine for it, by a name of its
           own
        -> raises HookAwaited, or has the step watched on: nothing is blind meanwhile
    the hook machine calls the hook (or tells people), and has TakeAnswer keep what came of it
    people answer by Approve: both keep the first answer in the lease, and end the deployment's wait

Each look finds the same: a start that got lost is made again under the same name, an answer that
came while nobody waited is found by the next wait or look. Who stays silent is past its time by the
clock of whoever looks, should the hook machine itself have failed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from viridian.core.deployment import Deployment
from viridian.core.errors import HookFailed
from viridian.core.event import said
from viridian.core.service.hooks import OF_STEPS, RESERVED, Approval, Hook, Point
from viridian.core.service.registration import HookTarget
from viridian.core.service.settings import Settings
from viridian.core.service.smoke_tests import TARGET_HEADER

GRACE_SECONDS = 60
"""For the hook machine to tell by itself that the time is over."""
LONGEST_REASON = 200
LONGEST_LINK = 1_000
LONGEST_NAME = 80
"""Of an execution."""


class Verdict(StrEnum):
    """What is answered."""

    PASS = "pass"  # noqa: S105  (no password)
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True)
class Question:
    """One hook or approval at one point; `key` tells it from the same one at another step."""

    name: str
    key: str
    at: str
    seconds: int
    passes: tuple[str, ...]
    target: dict[str, Any] = field(default_factory=lambda: {"kind": "people"})

    @classmethod
    def of(cls, asking: Hook | Approval, key: str, targets: Mapping[str, HookTarget]) -> "Question":
        """What the service file says of it."""
        if isinstance(asking, Approval):
            outcomes = {Verdict.NO_ANSWER: asking.on_no_answer}
            seconds, target = asking.deadline_seconds, {"kind": "people"}
        else:
            outcomes = {
                Verdict.FAIL: asking.on_fail,
                Verdict.INCONCLUSIVE: asking.on_inconclusive,
                Verdict.NO_ANSWER: asking.on_no_answer,
            }
            seconds, target = asking.timeout_seconds, asdict(targets[asking.name])
        passes = (Verdict.PASS, *(v for v, outcome in outcomes.items() if outcome == "advance"))
        return cls(asking.name, key, asking.at, seconds, passes, target)

    def execution_name(self, deployment_id: str) -> str:
        """That of the hook machine, the same however often it is started."""
        digest = hashlib.sha256(f"{deployment_id} {self.key}".encode()).hexdigest()[:16]
        return f"{self.name}-{digest}-{deployment_id}"[:LONGEST_NAME]

    def seconds_left(self, kept: Mapping[str, Any], now: float) -> float:
        """How long an answer is still waited for, by what the lease has of it; 0 when there is one.

        Raises HookFailed when that, or none in time, does not let it pass.
        """
        left = float(kept["asked_at"]) + self.seconds + GRACE_SECONDS - now
        if "verdict" not in kept and left > 0:
            return left
        verdict = kept.get("verdict", Verdict.NO_ANSWER)
        if verdict not in self.passes:
            raise HookFailed(f"{self.key}: {verdict}: {kept.get('said', 'none came in time')}")
        return 0


def doubt(settings: Settings, percent: int) -> Question:
    """What people are asked of a step that stayed Unknown."""
    seconds = settings.unknown_deadline_seconds
    return Question(RESERVED, f"{RESERVED}-{percent}", Point.AFTER_STEP, seconds, (Verdict.PASS,))


def key_of(asking: Hook | Approval, percent: int) -> str:
    is_repeated = asking.at in OF_STEPS and asking.percent is None
    return f"{asking.name}-{percent}" if is_repeated else asking.name


@dataclass(frozen=True)
class Subject:
    """A deployment at one of its points: the candidate's colour, the share that it is about, and
    what is known of it so far, in words.
    """

    deployment: Deployment
    colour: str
    point: str
    percent: int
    evidence: str

    def questions(self) -> list[list[Question]]:
        """What is asked here: first the hooks, all at once, then people.

        What names a percent is asked at the first step that reaches it, and found answered later.
        """
        registration = self.deployment.registration
        targets = {target.name: target for target in registration.hooks}
        settings = registration.settings
        asked: tuple[tuple[Hook | Approval, ...], ...] = (settings.hooks, settings.approvals)
        return [
            [
                Question.of(each, key_of(each, self.percent), targets)
                for each in kind
                if each.at == self.point and self.percent >= (each.percent or 0)
            ]
            for kind in asked
        ]

    def request(self, question: Question) -> dict[str, Any]:
        """What the hook machine is started with; `asked` is what the hook gets of it."""
        deployment, registration = self.deployment, self.deployment.registration
        return {
            "service": deployment.service,
            "deployment_id": deployment.id,
            "key": question.key,
            "at": question.at,
            "seconds": question.seconds,
            "passes": list(question.passes),
            "target": question.target,
            "evidence": self.evidence,
            "asked": {
                "hook": question.name,
                "at": question.at,
                "service": deployment.service,
                "version": deployment.version,
                "deployment_id": deployment.id,
                "candidate_percent": self.percent,
                "test_url": registration.test_url,
                "production_url": registration.production_url,
                "connect_to": registration.connect_to,
                "headers": {TARGET_HEADER: self.colour},
            },
        }


@dataclass(frozen=True)
class Answer:
    """What was answered to a question, and by whom; `said` tells why, and where to read more."""

    verdict: str
    said: str

    @classmethod
    def of_hook(cls, given: Any) -> "Answer":
        """From what a hook returned: {"verdict": ..., "reason": ..., "link": ...}.

        What is no verdict is no answer; of a reason, its first characters; a link is https.
        """
        verdict = given.get("verdict") if isinstance(given, dict) else None
        if verdict not in tuple(Verdict):
            return cls(Verdict.NO_ANSWER, "it answered without a verdict: pass, fail, inconclusive")
        reason = " ".join(said(given, "reason").split())[:LONGEST_REASON]
        link = said(given, "link")
        is_link = link.startswith("https://") and link.isprintable() and " " not in link
        told = (reason, link if is_link and len(link) <= LONGEST_LINK else "")
        return cls(verdict, " ".join(filter(None, told)) or "no reason given")


@dataclass(frozen=True)
class Reply:
    """An answer to what a deployment asked under a key: by whom, when (ISO 8601), and by which
    execution of the hook machine or request of Lambda.
    """

    service: str
    deployment_id: str
    key: str
    answer: Answer
    by: str
    at: str
    request: str
