"""The shop, live under traffic, for tests that try a release or an order on it."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rehearsal.assembly import Assembly
from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Traffic
from viridian_cli.release import PackedRelease, pack

REQUESTS_PER_SECOND = 50
LOOK_SECONDS = 0.25


@contextmanager
def live_shop(
    folder: Path, assembly: Path, **parameters: str
) -> Iterator[tuple[Rehearsal, Traffic]]:
    """Deployed from the assembly with these parameters, its first release live."""
    stacks = Assembly.at(assembly)
    with Rehearsal(folder / "rehearsal", assembly=stacks, parameters=parameters) as rehearsal:
        url = f"{rehearsal.outputs.production_url}/"
        with Traffic(url, rate=REQUESTS_PER_SECOND, log=folder / "answers.csv") as traffic:
            yield rehearsal, traffic


def shop_release(folder: Path, version: str) -> PackedRelease:
    """The shop as another version, packed in this folder."""
    place = folder / version
    place.mkdir()
    shutil.copy(SHOP / "app.py", place / "app.py")
    manifest = {"service": "shop", "version": version, "command": ["python3", "app.py"]}
    (place / "release.json").write_text(json.dumps(manifest))
    return pack(place)


def eventually(ask: Callable[[], Any], seconds: float) -> Any:
    """Ask until there is an answer; it."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(LOOK_SECONDS)
    return answer
