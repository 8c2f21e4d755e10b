"""The page: one file without a reference to any other, which lets a browser do next to nothing."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from viridian.report import sections
from viridian.report.happenings import happenings
from viridian.report.markup import Markup, tag
from viridian.report.picture import Picture

FOLDER = Path(__file__).parent
STYLES = ("uplot/uPlot.min.css", "page.css")
SCRIPTS = ("uplot/uPlot.iife.min.js", "page.js")
LICENSE = "uplot/LICENSE"


def page(document: dict[str, Any]) -> str:
    """The report of a deployment, from its record as core/document.py has it."""
    document = _known(document)
    found = happenings(document)
    body = tag(
        "body",
        tag(
            "main",
            sections.head(document),
            _section("The deployment at a glance", Picture.of(document, found).html()),
            _section("What happened", sections.steps(found)),
            _section("Evidence of the failure", sections.evidence(document)),
            _section("The plan, as it was asked for", sections.plan(document)),
            tag("footer", tag("p", "Made by Viridian from this deployment's record.json.")),
        ),
        *(tag("script", _source(name)) for name in SCRIPTS),
    )
    return "".join(
        ["<!doctype html>\n", tag("html", _head(sections.title(document)), body, lang="en"), "\n"]
    )


def _known(value: Any) -> Any:
    """Without the members that are None: what is not known is told as what older records lack."""
    if isinstance(value, dict):
        return {name: _known(told) for name, told in value.items() if told is not None}
    return [_known(told) for told in value] if isinstance(value, list) else value


def _section(title: str, content: Markup) -> Markup:
    return tag("section", tag("h2", title), content)


def _head(title: str) -> Markup:
    return tag(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark">'),
        tag("title", title),
        Markup(f"<!--\nuPlot, which draws the picture:\n{_source(LICENSE)}-->"),
        *(tag("style", _source(name)) for name in STYLES),
    )


@cache
def _policy() -> str:
    """Nothing is fetched, and no script or style runs but these, by their hashes."""
    scripts, styles = (" ".join(map(_hash, names)) for names in (SCRIPTS, STYLES))
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(name: str) -> str:
    digest = hashlib.sha256(_source(name).encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _source(name: str) -> Markup:
    """A file of this folder: ours, or uPlot's as it was published."""
    return Markup((FOLDER / name).read_text("utf-8"))
