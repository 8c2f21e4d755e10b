"""Jobs: what a function is given, and is to answer once, within 20 minutes."""

import uuid
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

Record = dict[str, Any]


class JobNotFound(Exception):
    """There never was such a job."""


class JobAnswered(Exception):
    """The job was answered before, or nobody waits for it any more."""


@dataclass
class Job:
    """`answers` gets the request of PutJobSuccessResult or PutJobFailureResult."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    answers: "SimpleQueue[Record]" = field(default_factory=SimpleQueue)
    is_open: bool = True


class Jobs:
    """Safe from every thread."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def open(self) -> Job:
        """A new one."""
        job = Job()
        with self._lock:
            self._jobs[job.id] = job
        return job

    def answer(self, request: Record) -> None:
        """Raises JobNotFound or JobAnswered."""
        with self._lock:
            job = self._jobs.get(str(request.get("jobId")))
            if job is None:
                raise JobNotFound(f"The job {request.get('jobId')} was not found")
            if not job.is_open:
                raise JobAnswered(f"The job {job.id} is not in progress")
            job.is_open = False
        job.answers.put(request)

    def close(self, job: Job) -> Record | None:
        """Nobody waits for it any more; an answer that came at the last moment counts."""
        with self._lock:
            job.is_open = False
        try:
            return job.answers.get_nowait()
        except Empty:
            return None
