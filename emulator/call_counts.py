"""How often each action of the API was called, by anyone: people, functions, state machines."""

from collections import Counter
from threading import Lock


class CallCounts:
    """Counts by `service:Action`, such as `elasticloadbalancing:ModifyRule`."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, action: str) -> None:
        with self._lock:
            self._counts[action] += 1

    def since_start(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)
