"""python -m rehearsal.faults: play the fault matrix; figures to build/faults.json."""

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from rehearsal.faults.matrix import Cell, cells, pairs
from rehearsal.faults.run import Run
from rehearsal.faults.table import draw, write

DIRECTORY, RESULT = Path("build/faults"), Path("build/faults.json")


def main() -> int:
    """Play what was chosen; the exit code is 1 when anything does not hold."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.faults", description=__doc__)
    parser.add_argument("--services", type=int, default=28, help="scenarios at once")
    parser.add_argument("--only", default="", help="cells whose name has one of these, by comma")
    parser.add_argument("--every", type=int, default=1, help="of those, one in so many")
    given = parser.parse_args()
    chosen = [cell for cell in [*cells(), *pairs()] if _is_chosen(cell, given.only)][:: given.every]
    run = Run(chosen, given.services, DIRECTORY, Said())
    results = run.play()
    write(results, RESULT)
    draw(results, selected={cell.name for cell in chosen}, console=Console())
    for failure in run.failures:
        print(failure, file=sys.stderr)
    return int(bool(run.failures) or not all(result.is_good for result in results))


def _is_chosen(cell: Cell, only: str) -> bool:
    return any(part.strip() in cell.name for part in only.split(","))


class Said:
    """Progress, with the time since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"{time.monotonic() - self._started:7.1f} s  {text}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; what was played so far is said above")
