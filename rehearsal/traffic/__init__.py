"""Traffic: steady clients in a process of their own, and every answer they got."""

import contextlib
import subprocess
import sys
from pathlib import Path

from rehearsal.traffic.answers import Answer, AnswerLog, Answers

__all__ = ["Answer", "Answers", "Traffic"]

IMPORT_ROOT = Path(__file__).resolve().parents[2]
END_SECONDS = 15.0


class Traffic:
    """Runs from entering to leaving the block; its answers can be read at any time, also after.

    with Traffic("http://127.0.0.1:8080/", rate=200, log=directory / "answers.csv") as traffic:
        traffic.answers().failed
    """

    def __init__(
        self,
        url: str,
        *,
        rate: float,
        log: Path,
        version_header: str = "X-Release-Version",
        seconds: float = 600,
    ) -> None:
        self._log = AnswerLog(log)
        self._command = [
            *(sys.executable, "-m", "rehearsal.traffic.client"),
            *("--url", url, "--rate", str(rate), "--log", str(log.absolute())),
            *("--seconds", str(seconds), "--version-header", version_header),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Traffic":
        self._process = subprocess.Popen(self._command, cwd=IMPORT_ROOT, stdin=subprocess.PIPE)
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def change_rate(self, rate: float) -> None:
        """So many requests a second from now on."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{rate}\n".encode())
        self._process.stdin.flush()

    def answers(self) -> Answers:
        """All answers so far."""
        return self._log.refresh()

    def stop(self) -> None:
        """Send no more, and wait for the answers that are under way."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
