"""The shop, live under traffic, for tests that try a release or an order on it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rehearsal.assembly import Assembly
from rehearsal.session import Rehearsal
from rehearsal.traffic import Traffic

REQUESTS_PER_SECOND = 100
LOOK_SECONDS = 0.25


@contextmanager
def live_shop(folder: Path, assembly: Path) -> Iterator[tuple[Rehearsal, Traffic]]:
    """Deployed from the assembly, its first release live."""
    with Rehearsal(folder / "rehearsal", assembly=Assembly.at(assembly)) as rehearsal:
        url = f"{rehearsal.outputs.production_url}/"
        with Traffic(url, rate=REQUESTS_PER_SECOND, log=folder / "answers.csv") as traffic:
            yield rehearsal, traffic


def eventually(ask: Callable[[], Any], seconds: float) -> Any:
    """Ask until there is an answer; it."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(LOOK_SECONDS)
    return answer
