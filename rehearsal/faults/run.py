"""Plays cells of the matrix, as many at once as there are services."""

import queue
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.assembly import Assembly
from rehearsal.faults.clients import ManyClients
from rehearsal.faults.facts import Reader
from rehearsal.faults.healing import heal
from rehearsal.faults.matrix import Cell
from rehearsal.faults.pages import Pages
from rehearsal.faults.running import Running
from rehearsal.faults.scenario import Result, Scenario, Stage
from rehearsal.faults.world import World

WATCHDOG_SECONDS = 75.0
"""A lease that was left is found within a minute."""

STAGGER_SECONDS = 1.5
"""Between two services' first scenarios: all at once would each start every function anew."""

Say = Callable[[str], None]


@dataclass
class Run:
    """Plays cells; `say` hears of each as it ends."""

    cells: Sequence[Cell]
    services: int
    directory: Path
    say: Say
    assembly: Assembly | None = None
    results: list[Result] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def play(self) -> list[Result]:
        """All of them; raises the first failure of the machinery itself."""
        waiting: queue.SimpleQueue[tuple[int, Cell]] = queue.SimpleQueue()
        for numbered in enumerate(reversed(self.cells), 100):  # the long ones come last in it
            waiting.put(numbered)
        count = min(self.services, len(self.cells))
        with World(self.directory, services=count, say=self.say, assembly=self.assembly) as world:
            urls = {s: r["production_url"] for s, r in world.registrations.items()}
            with ManyClients(urls) as clients, Running(world) as running:
                stage = self._stage(world, clients, running)
                threads = [
                    threading.Thread(target=self._work, args=(stage, service, waiting), daemon=True)
                    for service in world.services
                ]
                for thread in threads:
                    thread.start()
                    time.sleep(STAGGER_SECONDS)
                for thread in threads:
                    thread.join()
        return self.results

    def _stage(self, world: World, clients: ManyClients, running: Running) -> Stage:
        # An upload starts nothing here: each scenario asks for its release itself.
        world.control.interfere({"function": "*ArtifactUploaded*"}, "", "lost", times=1_000_000)
        functions = world.client("lambda").list_functions(MaxItems=100)["Functions"]
        is_guarded = any("Guardian" in found["FunctionName"] for found in functions)
        pages = Pages(world.client("sqs"), world.account.pages)
        guardian = WATCHDOG_SECONDS if is_guarded else 1.0
        return Stage(world, clients, pages, Reader(world), running, guardian)

    def _work(
        self, stage: Stage, service: str, waiting: "queue.SimpleQueue[tuple[int, Cell]]"
    ) -> None:
        while True:
            try:
                number, cell = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                self._play(stage, service, cell, number)
            except Exception:
                self.failures.append(f"{cell.name}: {traceback.format_exc()}")
                self.say(f"{cell.name} on {service}: could not be played")
                return

    def _play(self, stage: Stage, service: str, cell: Cell, number: int) -> None:
        result = Scenario(stage, service, cell, number).play()
        self.results.append(result)
        mark = "ok  " if result.is_good else "FAIL"
        told = "; ".join(result.complaints) or ", ".join(result.endings)
        done = f"{len(self.results)}/{len(self.cells)}"
        self.say(f"{done:>8}  {mark}  {cell.name} ({result.seconds:.0f} s): {told}")
        heal(stage.world, stage.reader, service, result.facts)
