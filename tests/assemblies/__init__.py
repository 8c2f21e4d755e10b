"""Cloud assemblies that tests read or deploy, each synthesised once for a whole run of the tests.

A process needs ten seconds for its first app and one for each more, so those of a group are made
by one process, for all workers of pytest-xdist.
"""

import fcntl
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
COMMITTED, EDITED, RESERVED, BARE, SHARED, CARELESS, INTERNAL = TEMPLATES = (
    "committed",
    "edited",
    "reserved",
    "bare",
    "shared",
    "careless",
    "internal",
)
"""What `tests/infra` reads."""
REHEARSED, DEMONSTRATED, CONTROLLED, MEASURED, PIPED, BROKEN, ASKED = REHEARSALS = (
    "rehearsed",
    "demonstrated",
    "controlled",
    "measured",
    "piped",
    "broken",
    "asked",
)
"""What is deployed into the emulator; the templates are validated above."""
EDITS = (
    "cpu and memory",
    "a variable",
    "a secret",
    "a sidecar",
    "the health check",
    "the rule's condition",
    "the rule's priority",
    "the counts",
    "alarm thresholds",
    "the network",
    "a tag",
)
"""Of the shop's stack: each assembly of this name has all edits up to it."""
PORT = "the container's port"
"""That one alone, which no load balancer can take over."""
RENEWED = "renewed"
"""The first edit, in a service whose template's changes are deployed."""
QUIET = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
UNCHECKED = QUIET | {"CDK_VALIDATION": "false"}
GROUPS = {TEMPLATES: QUIET, REHEARSALS: UNCHECKED, (*EDITS, PORT, RENEWED): UNCHECKED}
REFUSAL = "refusal.txt"
SCAN_KEY = "the key of a scanner"
"""What the endpoint that `ASKED` has asked wants in `X-Key`."""


@dataclass(frozen=True)
class Assemblies:
    """Those of a run; `folder` is one for all workers."""

    folder: Path

    def at(self, name: str) -> Path:
        """The folder of one that was synthesised."""
        found = self._made(name)
        assert not (found / REFUSAL).exists(), (found / REFUSAL).read_text()
        return found

    def refusal(self, name: str) -> str:
        """What the CDK said instead of synthesising it."""
        return (self._made(name) / REFUSAL).read_text()

    def _made(self, name: str) -> Path:
        [(names, environment)] = [(n, env) for n, env in GROUPS.items() if name in n]
        folder = self.folder / names[0]
        done = folder / "done"
        folder.mkdir(parents=True, exist_ok=True)
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                synthesise(folder, names, environment)
                done.touch()
        return folder / name


def synthesise(folder: Path, names: tuple[str, ...], environment: dict[str, str]) -> None:
    """Run `tests/assemblies/__main__.py` to a good end."""
    command = [sys.executable, "-m", "tests.assemblies", str(folder), *names]
    environment = os.environ | environment
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
