"""The CDK app while it runs, as the CLI runs it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.assembly import Assembly


class SynthesisFailed(Exception):
    """The CDK app did not produce a cloud assembly; the message is what it said."""


def cdk_settings(project: Path) -> dict[str, Any]:
    """What the project's cdk.json says; nothing where there is none. Raises SynthesisFailed."""
    path = project / "cdk.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    except ValueError as error:
        raise SynthesisFailed(f"{path}: not JSON ({error})") from error
    return found


class Synthesis:
    """Started at once: a CDK app, whose assembly goes to the folder.

    It runs in the project, with the context of its cdk.json. `python3` is that of the virtual
    environment that is active, or else the one that runs here: it has Viridian's packages. The
    temporary files have a folder of their own, since the CDK leaves them when it is ended.
    """

    def __init__(
        self, project: Path, app: str, folder: Path, context: Mapping[str, str] | None = None
    ) -> None:
        settings = cdk_settings(project)
        self._command = app
        self._folder = folder.absolute()
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self._scratch = tempfile.TemporaryDirectory(dir=self._folder.parent)
        self._log = self._folder.with_suffix(".log")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", self._command],
                cwd=project,
                env=self._environment({**settings.get("context", {}), **(context or {})}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us: we end it in order
            )

    def assembly(self) -> Assembly:
        """Wait for it; raises SynthesisFailed."""
        exit_code = self._process.wait()
        self.stop()
        if exit_code:
            said = self._log.read_text(errors="replace").rstrip()
            raise SynthesisFailed(f"{self._command} exited with {exit_code}:\n{said}")
        return Assembly.at(self._folder)

    def stop(self) -> None:
        """End it and what it started. Harmless when it has ended."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._scratch.cleanup()

    def _environment(self, context: Mapping[str, str]) -> dict[str, str]:
        here = [] if "VIRTUAL_ENV" in os.environ else [str(Path(sys.executable).parent)]
        return {
            **os.environ,
            "PATH": os.pathsep.join([*here, os.environ.get("PATH", os.defpath)]),
            "TMPDIR": self._scratch.name,
            "CDK_OUTDIR": str(self._folder),
            "CDK_CONTEXT_JSON": json.dumps(context),
            "CDK_VALIDATION": "false",  # as dear as all else; `make template` has it
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        }
