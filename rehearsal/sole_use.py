"""One rehearsal at a time in a directory: a second one would empty it under the first."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class DirectoryInUse(Exception):
    """Another rehearsal runs in the directory; the message names it and the way out."""


@contextlib.contextmanager
def sole_use(directory: Path) -> Iterator[None]:
    """Hold the directory; it is free again when this process ends, however it ends."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DirectoryInUse(
                f"{directory}: another rehearsal runs in it; end it, or give this one its own:"
                f" --directory {directory}-2 (make demo DIRECTORY=...)"
            ) from None
        yield
