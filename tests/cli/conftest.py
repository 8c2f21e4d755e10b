"""The command line as a person calls it, in an account as moto answers it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.adapters.conftest import aws, session
from tests.cli.automation import Automation, endpoint
from viridian_cli.main import app

__all__ = ["aws", "session"]


class Told:
    """How a command ended, and what it told on both streams."""

    def __init__(self, *args: str) -> None:
        result = CliRunner().invoke(app, args, env={"COLUMNS": "200"})
        is_expected = result.exception is None or isinstance(result.exception, SystemExit)
        assert is_expected, result.exception
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr

    @property
    def document(self) -> Any:
        """Of one that was called with --json."""
        return json.loads(self.out)


@pytest.fixture
def automation(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Automation]:
    made = Automation()
    with endpoint(made) as url:
        for service in ("LAMBDA", "CLOUDFORMATION"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", url)
        yield made
