"""Tells of tasks that crash during a deployment, while it still waits for them."""

from collections.abc import Callable

from rehearsal.ecs_services import Crash, EcsServices

LOOK_SECONDS = 1.0
PATIENCE = "ECS starts another one; Viridian gives up when three or more failed and none served"


class CrashReport:
    """The first crash is told at once, at the end how many there were; each with the log."""

    def __init__(self, services: EcsServices, say: Callable[[str], None]) -> None:
        self._services = services
        self._say = say
        self._before = set(services.crashes())
        self._next_look_at = 0.0
        self._is_told = False

    def look(self, now: float) -> None:
        """Tell the first; not every look of a fast watcher is worth the calls."""
        if self._is_told or now < self._next_look_at:
            return
        self._next_look_at = now + LOOK_SECONDS
        if crashes := self._new():
            self._is_told = True
            self._say(f"{crashes[-1].in_full}\n    {PATIENCE}")

    def conclude(self) -> None:
        """Tell how many there were, and the newest."""
        if crashes := self._new():
            self._say(f"{len(crashes)} crashed in all, the newest: {crashes[-1].in_full}")

    def _new(self) -> list[Crash]:
        return [crash for crash in self._services.crashes() if crash not in self._before]
