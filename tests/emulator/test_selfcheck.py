"""Each check passes, and fails, by its name, when the repair it proves is left out."""

import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.selfcheck.checks import CHECKS
from emulator.selfcheck.subject import Check

ROOT = Path(__file__).resolve().parents[2]
ONLY_OTHERS = {"cloudformation", "cloudwatch", "stepfunctions"}  # they replace nothing themselves
EVERY_CHECK = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)

pytestmark = pytest.mark.xdist_group("selfcheck")
Complaint = Callable[[str], str]


class Emulator:
    """One that can make its self-check without a repair; see `without_repairs`."""

    def __init__(self, directory: Path) -> None:
        command = [sys.executable, "-m", "tests.emulator.without_repairs", str(directory)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.repairs = set(self._answer())

    def complaint_without(self, repair: str) -> str:
        """What the checks say that prove the repair; all of them if none is left out."""
        names = [check.__name__ for check, proved in CHECKS.items() if repair in ("", proved)]
        print(json.dumps([repair, names]), file=self._process.stdin, flush=True)
        complaint: str = self._answer()
        return complaint

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    started = Emulator(tmp_path_factory.mktemp("without-repairs"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def complaint(emulator: Emulator) -> Complaint:
    """What the self-check says without a repair, each of which is left out once."""
    return functools.cache(emulator.complaint_without)


@EVERY_CHECK
def test_check_passes(complaint: Complaint, check: Check) -> None:
    assert f"{check.__name__}: " not in complaint("")


@EVERY_CHECK
def test_check_fails_without_its_repair(complaint: Complaint, check: Check) -> None:
    assert f"{check.__name__}: " in complaint(CHECKS[check])


def test_nothing_else_is_named(complaint: Complaint) -> None:
    assert complaint("") == ""


def test_what_the_checks_are_made_on_is_checked_too(complaint: Complaint) -> None:
    assert "resources_are_made: " in complaint("elbv2.actions")


def test_every_repair_is_proved(emulator: Emulator) -> None:
    proved = {repair.partition("/")[0] for repair in CHECKS.values()}

    assert emulator.repairs - proved == ONLY_OTHERS
