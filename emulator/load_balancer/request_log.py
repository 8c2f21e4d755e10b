"""The log that Envoy writes: one line for each request, when it ends."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

CLIENT_LEFT = 460
MOST_BYTES = 64 * 1024 * 1024
REOPEN_SECONDS = 5.0
POLL_SECONDS = 0.005
# A tenth of a millisecond: so the times of a second are few.
DECIMALS = 4


class Logged(NamedTuple):
    """`seconds` is the time until the target began to answer, None when the load balancer did.

    `cluster` is `-` where no target group is concerned.
    """

    load_balancer: str
    status: int
    cluster: str
    flags: str
    seconds: float | None

    @classmethod
    def parse(cls, line: str) -> "Logged":
        load_balancer, status, cluster, flags, microseconds = line.split()
        seconds = None if microseconds == "-" else round(int(microseconds) / 1e6, DECIMALS)
        return cls(load_balancer, int(status) or CLIENT_LEFT, cluster, flags, seconds)

    @property
    def is_of_target(self) -> bool:
        return self.seconds is not None

    @property
    def is_unreached(self) -> bool:
        """A target was chosen, and no connection to it came about."""
        return "UF" in self.flags.split(",")

    @property
    def is_fixed(self) -> bool:
        """What a rule says is answered, in place of a target's."""
        return self.cluster == self.flags == "-"


class RequestLog:
    """Reads on from where it stopped. `reopen` has Envoy begin the file anew where it was moved."""

    def __init__(
        self, path: Path, reopen: Callable[[], None], *, most_bytes: int = MOST_BYTES
    ) -> None:
        self._path = path
        self._reopen = reopen
        self._most_bytes = most_bytes
        self._offset = 0

    def read(self) -> list[Logged]:
        """What is new since the last time."""
        if self._offset > self._most_bytes:
            return [*self._put_away(), *self._read(self._path)]
        return self._read(self._path)

    def _put_away(self) -> list[Logged]:
        """Move the file, and read its rest when Envoy writes to it no longer."""
        moved = self._path.with_suffix(".old")
        self._path.rename(moved)
        self._reopen()
        deadline = time.monotonic() + REOPEN_SECONDS
        while not self._path.exists() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        self._path.touch()
        rest = self._read(moved)
        self._offset = 0
        return rest

    def _read(self, path: Path) -> list[Logged]:
        with path.open("rb") as log:
            log.seek(self._offset)
            complete = log.read().rpartition(b"\n")[0]
        self._offset += len(complete) + 1 if complete else 0
        return [Logged.parse(line) for line in complete.decode().splitlines()]
