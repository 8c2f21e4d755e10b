"""The command line against a live rehearsal: the real command, called as by a person."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.session import Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import CONTROLLED, PROJECT, Assemblies
from tests.rehearsal.live_shop import eventually, live_shop, shop_release
from tests.rehearsal.test_endings import heed_interrupts

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("command line")]
COMMAND = [sys.executable, "-c", "from viridian_cli.main import main; main()"]
PATIENCE_SECONDS = 90.0
BECAUSE = ("--reason", "a rehearsal")


class Person:
    """Who has the account's credentials, and the command."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._environment = os.environ | rehearsal.environment

    def begin(self, *args: str) -> "subprocess.Popen[str]":
        """Call the command."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [*COMMAND, *args],
            cwd=PROJECT,
            env=self._environment,
            stdout=pipe,
            stderr=pipe,
            text=True,
            preexec_fn=heed_interrupts,
        )

    def call(self, *args: str, code: int = 0) -> str:
        """Call it to its end, which has this code; what it told."""
        called = self.begin(*args)
        out, err = called.communicate(timeout=PATIENCE_SECONDS)
        assert called.returncode == code, out + err
        return out

    def ask(self, *args: str, code: int = 0) -> Any:
        """The same, as JSON."""
        return json.loads(self.call(*args, "--json", code=code))


@pytest.fixture(scope="module")
def shop(
    tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies
) -> Iterator[tuple[Person, Traffic, Path]]:
    folder = tmp_path_factory.mktemp("cli")
    with live_shop(folder, assemblies.at(CONTROLLED)) as (rehearsal, traffic):
        yield Person(rehearsal), traffic, folder


def test_a_release_is_pushed_watched_shipped_and_rolled_back(
    shop: tuple[Person, Traffic, Path],
) -> None:
    person, traffic, folder = shop
    shop_release(folder, "3.0.0")

    def percent() -> int:
        running = person.ask("status", "shop")["deployment"] or {"candidate_percent": 0}
        return int(running["candidate_percent"])

    planned = person.ask("plan", "shop", str(folder / "3.0.0"))
    assert (planned["stops"], planned["version"]) == (False, "3.0.0")
    assert {each["what"] != "" for each in planned["way"]} == {True}
    pushed = person.begin("release", "push", str(folder / "3.0.0"), "--watch")
    eventually(percent, PATIENCE_SECONDS)
    busy = person.ask("plan", "shop", "3.0.0", code=5)["checks"]
    assert next(each["check"] for each in busy if each["is_well"] == "wrong") == "lease"
    interrupted = person.begin("watch")
    assert interrupted.stdout is not None
    assert "shop 3.0.0" in interrupted.stdout.readline()
    interrupted.send_signal(signal.SIGINT)
    assert "goes on without you: viridian watch shop-3.0.0-" in interrupted.communicate()[1]
    assert interrupted.returncode == 130
    assert "are ended" in person.call("ship", "shop", *BECAUSE)
    told, _ = pushed.communicate(timeout=PATIENCE_SECONDS)

    assert pushed.returncode == 0, told
    assert "shop 3.0.0  Bake                 candidate  10 %" in told
    assert "DeploymentPromoted: shop 3.0.0 is live" in told
    status = person.ask("status", "shop")
    assert (status["live"]["version"], status["split"]["green"]) == ("3.0.0", 100)
    assert (status["deployment"]["phase"], status["rollback_ready"]) == ("standby", True)
    assert "ready: 2 healthy" in person.call("ready", "shop")
    assert {each["is_well"] for each in person.ask("doctor")} == {"ok", "skipped"}

    [kept] = person.ask("history", "shop")
    shown = person.ask("show", kept["id"])
    assert (shown["ending"], shown["controls"][0]["action"]) == ("DeploymentPromoted", "ship")
    assert [visit["state"] for visit in shown["visits"]][-1] == "DeploymentPromoted"
    logged = {line["message"] for line in person.ask("logs", kept["id"])["lines"]}
    assert {"request admitted", "traffic shifted", "candidate promoted"} <= logged

    assert person.ask("rollback", "shop", *BECAUSE, "--deployment", kept["id"])["changed"]
    eventually(lambda: person.ask("status", "shop")["deployment"] is None, PATIENCE_SECONDS)
    assert "StandbyRestored: rolled back by" in person.call("watch", kept["id"], code=3)
    assert person.ask("status", "shop")["split"] == {"blue": 100, "green": 0}
    assert "no deployment of shop is in progress" in person.call("ready", "shop", code=5)
    assert not person.ask("rollback", "shop", *BECAUSE, code=5)["changed"]
    assert traffic.answers().failed == 0
