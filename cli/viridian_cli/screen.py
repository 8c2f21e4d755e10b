"""Where a command tells: its result on standard output, once; what happens meanwhile beside it."""

import json
import sys
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType

from viridian_cli.progress import Progress, progress

PIPE_WIDTH = 200
"""Columns where nobody looks: lines are there to be searched, not to fit."""


@dataclass
class Screen:
    """`as_json`: the result is one JSON document, and all else goes to standard error."""

    as_json: bool = False

    def result(self, document: Any, *views: RenderableType) -> None:
        """The document, or the same as a person reads it."""
        if self.as_json:
            print(json.dumps(document, indent=2, default=str))
            return
        for view in views:
            _console().print(view, soft_wrap=isinstance(view, str), markup=False)

    def say(self, text: str) -> None:
        """A line beside the result; Rich reads no markup in it."""
        _console(stderr=True).print(text, style="dim", soft_wrap=True, markup=False)

    def complain(self, text: str) -> None:
        """What went wrong; also the document, where one is wanted."""
        if self.as_json:
            print(json.dumps({"error": text}))
        for line in text.splitlines():
            _console(stderr=True).print(line, style="red", soft_wrap=True, markup=False)

    def progress(self, *, since: float = 0) -> Progress:
        """A live view on a terminal, plain lines elsewhere."""
        return progress(_console(stderr=self.as_json), since=since)


def _console(*, stderr: bool = False) -> Console:
    """One that looks at NO_COLOR, and at where it writes, now."""
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, width=None if is_terminal else PIPE_WIDTH)
