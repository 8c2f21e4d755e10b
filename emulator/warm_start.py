"""Execution environments of Python functions, forked from one process that has the libraries.

ministack unpacks the code for each, starts an interpreter, and most of a second of this machine
goes by until boto3 is imported. Here a process of the standard library's fork server imports that
once, and code is unpacked and compiled once. What is a function's own is imported anew in each: its
code, its environment, its clients.
"""

import hashlib
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import threading
import zipfile
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["emulator.preloaded"])


def begin() -> None:
    """Start that process: before TMPDIR is changed, since the path of its socket must be short."""
    forkserver.ensure_running()
    tempfile.tempdir = None  # to be read anew


class WarmStart:
    """What is used of `subprocess.Popen`, for a Python script; anything else is a process as ever.

    In the place of the module `subprocess`, whose other names it has.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, command: list[str], **how: Any) -> Any:
        """A process as `subprocess.Popen` would start it."""
        is_python = command[0] == sys.executable and len(command) == 2
        return Forked(command[1], **how) if is_python else subprocess.Popen(command, **how)


class UnpackOnce:
    """In the place of the module `zipfile`, whose other names it has."""

    def __getattr__(self, name: str) -> Any:
        return getattr(zipfile, name)

    class ZipFile(zipfile.ZipFile):
        """An archive whose files are shared by all that unpack its like, and written by none."""

        _one_at_a_time = threading.Lock()

        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            """Put a link in the place of that empty folder."""
            content = Path(str(self.filename)).read_bytes()
            kept = Path(tempfile.gettempdir()) / f"code-{hashlib.sha256(content).hexdigest()}"
            with self._one_at_a_time:
                if not kept.exists():
                    super().extractall(new := kept.with_suffix(".new"), members, pwd)
                    new.rename(kept)
            Path(path).rmdir()
            Path(path).symlink_to(kept)


class Forked:
    """A forked interpreter that runs a script, with pipes for its streams, which are text."""

    def __init__(self, script: str, *, cwd: str, env: dict[str, str], **_streams: Any) -> None:
        pipes = [_context.Pipe(duplex=False) for _ in range(3)]
        (theirs_in, ours_in), (ours_out, theirs_out), (ours_err, theirs_err) = pipes
        theirs = theirs_in, theirs_out, theirs_err
        self._process = _context.Process(
            target=run, args=(script, cwd, dict(env), *theirs), daemon=True
        )
        self._process.start()
        for pipe in theirs:
            pipe.close()
        self.stdin = _text(ours_in, "w")
        self.stdout, self.stderr = _text(ours_out, "r"), _text(ours_err, "r")
        self.pid = self._process.pid
        self.terminate, self.kill = self._process.terminate, self._process.kill

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same, as `subprocess` names it."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended; raises TimeoutExpired while it still runs after so many seconds."""
        self._process.join(timeout)
        if (code := self.returncode) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code


def run(script: str, directory: str, environment: dict[str, str], *streams: Connection) -> None:
    """In the new process: what `python script` would do there, with these as its streams."""
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (for as long as it runs)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.dont_write_bytecode = False  # for the next one of the same code
    project = Path(__file__).parents[1]
    sys.path[:] = [str(Path(script).parent), *(p for p in sys.path if Path(p) != project)]
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")


def _text(pipe: Connection, mode: str) -> IO[str]:
    """Our end as a text file, line by line."""
    file = os.fdopen(os.dup(pipe.fileno()), mode, encoding="utf-8", buffering=1)
    pipe.close()
    return file
