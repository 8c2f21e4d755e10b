"""Which retriers and catchers an error meets.

`States.ALL` does not match `States.Runtime` or `States.DataLimitExceeded`; ministack lets it.
"""

import random
from collections import Counter
from typing import Any

from ministack.services import stepfunctions

TERMINAL = {"States.Runtime", "States.DataLimitExceeded"}
NOT_A_TASK_FAILURE = {"States.Timeout", *TERMINAL}


def apply() -> None:
    stepfunctions._error_matches = matches


def matches(error_equals: list[str], error: str) -> bool:
    if error in error_equals:
        return True
    if "States.ALL" in error_equals:
        return error not in TERMINAL
    return "States.TaskFailed" in error_equals and error not in NOT_A_TASK_FAILURE


class Retries:
    """The retriers of one task and how often each has been used. The first that matches decides."""

    def __init__(self, retriers: list[dict[str, Any]]) -> None:
        self._retriers = retriers
        self._used: Counter[int] = Counter()

    @property
    def count(self) -> int:
        return self._used.total()

    def seconds_before_next(self, error: str) -> float | None:
        """How long to wait before the next attempt; None when there is none."""
        for number, retrier in enumerate(self._retriers):
            if matches(retrier["ErrorEquals"], error):
                return self._use(number, retrier)
        return None

    def _use(self, number: int, retrier: dict[str, Any]) -> float | None:
        used = self._used[number]
        if used >= retrier.get("MaxAttempts", 3):
            return None
        self._used[number] += 1
        backoff = retrier.get("BackoffRate", 2.0) ** used
        delay = float(retrier.get("IntervalSeconds", 1) * backoff)
        delay = min(delay, float(retrier.get("MaxDelaySeconds", delay)))
        full_jitter = retrier.get("JitterStrategy") == "FULL"
        return random.uniform(0, delay) if full_jitter else delay  # noqa: S311
