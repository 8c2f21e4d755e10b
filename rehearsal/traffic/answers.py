"""What clients got: every answer with when it was asked for, by whom it was given and how it was.

One line of the log is one answer: sent_at (Unix time), seconds, status, version. A request that
got no answer has the status 0.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

NO_ANSWER = 0
UNNAMED = "-"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; times in seconds, `sent_at` as Unix time."""

    sent_at: float
    seconds: float
    status: int
    version: str = UNNAMED

    @classmethod
    def from_line(cls, line: str) -> "Answer":
        sent_at, seconds, status, version = line.split(",", 3)
        return cls(float(sent_at), float(seconds), int(status), version)

    def to_line(self) -> str:
        version = self.version.replace("\n", " ")
        return f"{self.sent_at:.6f},{self.seconds:.6f},{self.status},{version}\n"

    @property
    def has_failed(self) -> bool:
        """Whether a client could do nothing with it."""
        return is_failure(self.status)


def is_failure(status: int) -> bool:
    """Whether a client can do nothing with an answer of that status."""
    return not 200 <= status < 400


def failures(counts: Counter[int]) -> int:
    """How many failed, of answers counted by status."""
    return sum(count for status, count in counts.items() if is_failure(status))


@dataclass
class Answers:
    """All answers so far, and what can be asked about them."""

    all: list[Answer] = field(default_factory=list)
    by_version: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, answers: Iterable[Answer]) -> None:
        """Take in further answers."""
        for answer in answers:
            self.all.append(answer)
            self.by_version.setdefault(answer.version, Counter())[answer.status] += 1

    @property
    def requests(self) -> int:
        """How many were sent and have an ending."""
        return len(self.all)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(map(failures, self.by_version.values()))

    @property
    def per_second(self) -> float:
        """Mean rate from the first request to the last."""
        if len(self.all) < 2:
            return 0.0
        sent = [answer.sent_at for answer in self.all]
        return (len(sent) - 1) / (max(sent) - min(sent))

    def failed_after(self, moment: float) -> int:
        """How many failed of those sent at that Unix time or later."""
        return sum(answer.has_failed and answer.sent_at >= moment for answer in self.all)

    def requests_to(self, version: str, after: float = 0.0) -> int:
        """How many were answered by the version, of those sent at that Unix time or later."""
        return sum(answer.version == version and answer.sent_at >= after for answer in self.all)

    def between(self, start: float, end: float) -> "Answers":
        """Those that were sent in a span of Unix time, the end left out."""
        part = Answers()
        part.add(answer for answer in self.all if start <= answer.sent_at < end)
        return part

    def latest(self, seconds: float) -> "Answers":
        """Those that were sent in the last seconds before the newest one."""
        part = Answers()
        if self.all:
            part.add(_since(self.all, self.all[-1].sent_at - seconds))
        return part


def _since(answers: list[Answer], start: float) -> Iterator[Answer]:
    """From the newest back; answers are in the order of their endings, nearly that of sending."""
    for answer in reversed(answers):
        if answer.sent_at < start:
            return
        yield answer


class AnswerLog:
    """Follows a log that is being written."""

    def __init__(self, path: Path) -> None:
        self.answers = Answers()
        self._path = path
        self._offset = 0

    def refresh(self) -> Answers:
        """Take in what was written since the last time; half a line is left for the next."""
        if not self._path.exists():
            return self.answers
        with self._path.open("rb") as log:
            log.seek(self._offset)
            written = log.read()
        *lines, half = written.split(b"\n")
        self._offset += len(written) - len(half)
        self.answers.add(Answer.from_line(line.decode()) for line in lines)
        return self.answers
