"""What the report of the longest deployment costs: a day of looks, each with all it may keep."""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from viridian.core.decisions import PERIODS_KEPT
from viridian.core.plan import LONGEST_BAKE_SECONDS, LONGEST_BLINDNESS_SECONDS
from viridian.report.page import page

BEGUN = 1_800_000_000
PERIOD_SECONDS = 60
MIB_OF_MAXRSS = 1024
"""Of ru_maxrss, which Linux has in KiB."""


def day() -> dict[str, Any]:
    """The document of a deployment that was looked at each minute for a day, and stayed Healthy."""
    looks = range(0, LONGEST_BAKE_SECONDS, LONGEST_BLINDNESS_SECONDS)
    shift = {"at": _at(0), "state": "ShiftTraffic", "before": 0, "after": 10, "size": 3}
    return {
        "service": "shop",
        "version": "2.0.0",
        "admitted_at": _at(0),
        "ending": "DeploymentPromoted",
        "cause": "shop 2.0.0 is live",
        "ended_at": _at(LONGEST_BAKE_SECONDS),
        "decisions": [shift, *(_look(seconds) for seconds in looks)],
    }


def measure() -> dict[str, float]:
    """Seconds, MiB at most and KiB of the page, in a process of its own."""
    text = json.dumps(day())
    done = subprocess.run(
        [sys.executable, "-m", __name__], input=text, capture_output=True, text=True, check=True
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _look(seconds: int) -> dict[str, Any]:
    newest = seconds // PERIOD_SECONDS
    starts = range(max(0, newest - PERIODS_KEPT), newest)
    side = {"periods": [_period(index) for index in starts]}
    return {
        "at": _at(seconds),
        "state": "JudgeCandidate",
        "next": "Watch",
        "verdict": "Healthy",
        "reason": f"candidate 0 of {600 * newest} failed, live 0 of {600 * newest} failed",
        "step": {"percent": 10, "bake_seconds": LONGEST_BAKE_SECONDS},
        "evidence": {"alarms": {"states": {"errors": "OK"}}, "candidate": side, "live": side},
    }


def _period(index: int) -> dict[str, float]:
    return {
        "start": float(BEGUN + index * PERIOD_SECONDS),
        "requests": 600.0 + index % 7,
        "answered": 600.0 + index % 7,
        "errors": float(index % 3),
        "unreached": 0,
        "p90": 0.0512345,
        "p99": 0.1234567 + index / 1e5,
        "refused": 0,
    }


def _at(seconds: int) -> str:
    return datetime.fromtimestamp(BEGUN + seconds, UTC).isoformat()


def main() -> None:
    """Measure one report, of the document on standard input."""
    document = json.loads(sys.stdin.read())
    begun = time.monotonic()
    content = page(document).encode()
    told = {
        "seconds": round(time.monotonic() - begun, 2),
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB_OF_MAXRSS,
        "page_kib": len(content) // 1024,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
