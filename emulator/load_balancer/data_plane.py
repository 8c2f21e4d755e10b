"""Keeps Envoy in step with the listeners, rules and targets of the emulator."""

import time
from collections.abc import Callable
from threading import Lock

from emulator.load_balancer import envoy_config
from emulator.load_balancer.envoy import Envoy
from emulator.load_balancer.model import Snapshot

ACCEPT_SECONDS = 10.0
POLL_SECONDS = 0.001


class DataPlane:
    """`publish` returns when Envoy routes by what the emulator says, usually after 2 to 5 ms."""

    def __init__(self, envoy: Envoy, take_snapshot: Callable[[], Snapshot]) -> None:
        self.envoy = envoy
        self._take_snapshot = take_snapshot
        self._lock = Lock()
        self._written: dict[str, str] = {}
        self._taken: Snapshot | None = None

    def publish(self) -> None:
        with self._lock:
            self.envoy.require_running()
            if (snapshot := self._take_snapshot()) == self._taken:
                return
            files = envoy_config.files(snapshot, self.envoy.directory)
            changed = {
                name: text for name, text in files.items() if self._written.get(name) != text
            }
            for name, text in changed.items():
                self.envoy.write(name, text)
            gone, self._written = self._written.keys() - files.keys(), files
            self._wait_until_taken({envoy_config.version_of(text) for text in changed.values()})
            for name in gone:
                self.envoy.remove(name)
            self._taken = snapshot

    def _wait_until_taken(self, versions: set[str]) -> None:
        deadline = time.monotonic() + ACCEPT_SECONDS
        while versions:
            versions -= set(self.envoy.admin.values(r"version_text$").values())
            if versions and time.monotonic() > deadline:
                raise RuntimeError(f"Envoy did not take a change: {self.envoy.admin.rejected()}")
            if versions:
                time.sleep(POLL_SECONDS)
