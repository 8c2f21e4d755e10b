"""The emulator as a child of this process."""

import contextlib
import json
import select
import subprocess
import sys
from pathlib import Path

IMPORT_ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
END_SECONDS = 15.0


class DidNotStart(Exception):
    """The message tells what the emulator said."""


class EmulatorProcess:
    """The emulator as a child of this process; `stop` ends it and all it started.

    Its endpoint has that port, unless given a free one.
    """

    def __init__(self, directory: Path, port: int = 0) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._errors = directory / "emulator.stderr.log"
        where = ("--directory", str(directory), "--port", str(port))
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "emulator", *where],
                cwd=IMPORT_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for us: we end it in order
            )

    def ready(self) -> dict[str, str]:
        """Wait for the line that says where it serves."""
        assert self._process.stdout is not None
        if select.select([self._process.stdout], [], [], START_SECONDS)[0]:
            line = self._process.stdout.readline()
            if line:
                found: dict[str, str] = json.loads(line)
                return found
        said = self._errors.read_text(errors="replace").strip()
        raise DidNotStart(f"the emulator did not start; it said:\n{said}")

    def stop(self) -> None:
        """Let it end its children and itself; kill it when it takes too long."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            assert self._process.stdout is not None
            self._process.stdout.close()
