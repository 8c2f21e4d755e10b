"""Cold start of each handler under AWS's own runtime interface client.

`awslambdaric` is what runs a Python handler on Lambda. Here it talks to a Runtime API that only
notes when the first `next` arrives: interpreter, imports and clients are then ready. Most of it is
boto3's own, and as slow as the machine: so a handler that has boto3, one client and nothing else is
measured beside.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from viridian_cdk.functions import POWERTOOLS
from viridian_cdk.packaging import PACKAGE, assemble

PATIENCE_SECONDS = 30
LEAST, LEAST_CODE = (
    "least.handler",
    """
import boto3
boto3.client("dynamodb")
def handler(event, context): pass
""",
)
ENVIRONMENT = {
    **POWERTOOLS,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "VIRIDIAN_TABLE": "bench",
    "VIRIDIAN_ARTIFACT_BUCKET": "bench",
    "VIRIDIAN_STATE_MACHINE_ARN": "bench",
    "VIRIDIAN_STANDBY_MACHINE_ARN": "bench",
}


class RuntimeApi(ThreadingHTTPServer):
    """A Runtime API with no invocation to give: it only notes that a runtime is ready."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Next)
        self.ready = threading.Event()
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """host:port, as AWS_LAMBDA_RUNTIME_API wants it."""
        return f"127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        """Let the waiting runtime go and stop serving."""
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Next(BaseHTTPRequestHandler):
    server: RuntimeApi

    def do_GET(self) -> None:
        self.server.ready.set()
        self.server.closing.wait(PATIENCE_SECONDS)

    def do_POST(self) -> None:
        raise ColdStartFailed(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, format: str, *args: object) -> None:
        pass


class ColdStartFailed(Exception):
    """A handler did not come up."""


def handlers() -> list[str]:
    """Every handler there is, as its function names it."""
    return [
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) + ".handler"
        for file in sorted((PACKAGE / "handlers").rglob("*.py"))
        if "\ndef handler(" in file.read_text()
    ]


def measure(rounds: int) -> dict[str, float]:
    """Median milliseconds from the start of the process to its readiness, by handler."""
    with tempfile.TemporaryDirectory() as folder:
        assemble(Path(folder))
        (Path(folder) / "least.py").write_text(LEAST_CODE)
        once(folder, handlers()[0])  # writes the byte code that Lambda keeps warm on its own disks
        return {
            handler: round(statistics.median(once(folder, handler) for _ in range(rounds)), 1)
            for handler in (LEAST, *handlers())
        }


def once(folder: str, handler: str) -> float:
    """Milliseconds of one cold start; raises ColdStartFailed."""
    api = RuntimeApi()
    environment = {
        **ENVIRONMENT,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": folder,
        "LAMBDA_TASK_ROOT": folder,
        "AWS_LAMBDA_RUNTIME_API": api.address,
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "awslambdaric", handler], cwd=folder, env=environment
    )
    try:
        if not api.ready.wait(PATIENCE_SECONDS):
            raise ColdStartFailed(f"{handler}: not ready after {PATIENCE_SECONDS} s")
        return (time.perf_counter() - started) * 1000
    finally:
        process.kill()
        process.wait()
        api.close()
