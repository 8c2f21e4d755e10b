"""The example's templates, synthesised once for a whole run of the tests."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infra.template import Assembly

PROJECT = Path(__file__).parents[2]

Synthesise = Callable[..., Assembly]


def run_app(
    folder: Path, *, context: str = "{}", code: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the example's app, or the code, as the CDK CLI would; its assembly goes to the folder."""
    command = [sys.executable, *(("-c", code) if code else ("-m", "examples.shop.cdk_app"))]
    flags = json.loads((PROJECT / "cdk.json").read_text())["context"]
    context = json.dumps(flags | json.loads(context))
    quiet = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | quiet | {"CDK_OUTDIR": str(folder), "CDK_CONTEXT_JSON": context},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Assembly:
    """Both stacks as they are committed. The workers of pytest-xdist share one synthesis."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "assembly"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "manifest.json").exists():
            done = run_app(folder)
            assert done.returncode == 0, done.stderr
    return Assembly(folder)
