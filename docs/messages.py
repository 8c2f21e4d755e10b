"""Every message that tells a person what is wrong, by its kind, as the sources say it.

A kind is the error's class, else what `SPEAKERS` calls a function or a module. What is filled in is
`…`. `python -m docs` writes them into `docs/troubleshooting.md`, where people say what to do.
"""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.speakers import DOCUMENT, MACHINE, PYTHON, QUIET, SPEAKERS
from viridian.core import errors
from viridian_cdk.machine import MACHINES, read_machine

ROOT = Path(__file__).parents[1]
SOURCES = ("functions/viridian", "infra", "cli", "rehearsal", "emulator", "examples/shop")
AS_AWS = ("emulator/repairs", "emulator/selfcheck", "emulator/pipelines")
"""They answer as AWS does, or prove that they do: the words are AWS's, or for who mends them."""

ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
SAID = {"Subject", "Message", "Cause"}
PARTS = re.compile(r"\$(?:title|text|next) := (.*?);(?= \$)")
QUOTED = re.compile(r"'([^']*)'|[^']+")
PLACE = re.compile(r"(<!-- messages: (.+?) -->\n).*?(?=<!-- end -->)", re.S)


def messages() -> dict[str, list[str]]:
    """The templates of each kind, sorted."""
    found = defaultdict(set)
    for source in (path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        place = source.relative_to(ROOT).as_posix()
        if not place.startswith(AS_AWS):
            for kind, text in said(ast.parse(source.read_text()), place):
                found[kind].add(text)
    for name in MACHINES:
        found[MACHINE] |= {*filter(None, map(_tidy, _said_by_machine(read_machine(name))))}
    return {kind: sorted(texts) for kind, texts in found.items()}


def with_messages(page: str) -> str:
    """The page with the messages of each kind in their place."""
    of = messages()
    blocks = {kind: "\n".join(["```", *texts, "```", ""]) for kind, texts in of.items()}
    return PLACE.sub(lambda place: place[1] + blocks.get(place[2], ""), page)


def said(tree: ast.AST, place: str) -> Iterator[tuple[str, str]]:
    """What a source file says, each with its kind: that of its innermost speaker."""
    module = next((kind for end, kind in SPEAKERS.items() if place.endswith(end)), None)
    of_yields = DOCUMENT if "/core/" in place else None
    for kind, text in _said(_Inlined(tree).visit(tree), module, module, of_yields):
        if kind and (line := _tidy(text)):
            yield kind, line


class _Inlined(ast.NodeTransformer):
    """A module's own texts stand where their names are used."""

    def __init__(self, tree: ast.AST) -> None:
        self._texts = {
            ast.unparse(node.targets[0]): node.value
            for node in ast.iter_child_nodes(tree)
            if isinstance(node, ast.Assign) and _text(node.value)
        }

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The text, if it is one's name."""
        is_read = isinstance(node.ctx, ast.Load)
        return self._texts.get(node.id, node) if is_read else node


def _said(
    node: ast.AST, kind: str | None, module: str | None, of_yields: str | None
) -> Iterator[tuple[str | None, str]]:
    kind, text = _speaker(node, kind, module, of_yields), _text(node)
    if text:
        yield kind, text
    for child in ast.iter_child_nodes(node):
        if not (text and _text(child)):
            yield from _said(child, kind, module, of_yields)


def _speaker(
    node: ast.AST, kind: str | None, module: str | None, of_yields: str | None
) -> str | None:
    """Who speaks at a node; nobody in an annotation, a docstring or what is told to nobody."""
    match node:
        case ast.Raise(exc=ast.Call(func=function)):
            name = ast.unparse(function).rpartition(".")[2]
            if name[0].isupper() and not hasattr(builtins, name):
                return SPEAKERS.get(name, name)
            return module or (PYTHON if name[0].isupper() else DOCUMENT)
        case ast.Yield():
            return module or of_yields
        case ast.Call(func=function):
            name = ast.unparse(function).rpartition(".")[2]
            return None if name in QUIET else name if name in ERRORS else SPEAKERS.get(name, kind)
        case ast.arg() | ast.Expr(value=ast.Constant()):
            return None
        case ast.Subscript(value=ast.Name("Annotated")):
            return None
    return kind


def _text(node: ast.AST) -> str | None:
    """A text as a template, also of texts that are added."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.FormattedValue(value=value):
            return _text(value)
        case ast.JoinedStr(values=values):
            return "".join(_text(value) or "…" for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = _text(left), _text(right)
            return None if parts == (None, None) else "".join(part or "…" for part in parts)
    return None


def _said_by_machine(node: Any) -> Iterator[str]:
    """The texts for people in a state machine; of JSONata what stands in quotes."""
    if isinstance(node, list):
        node = dict(enumerate(node))
    for name, value in node.items() if isinstance(node, dict) else ():
        if name in SAID and str(value).startswith("{%"):
            for part in PARTS.findall(value) or [value[2:-2].strip()]:
                yield QUOTED.sub(lambda part: part[1] or "…", part)
        elif name in SAID and isinstance(value, str):
            yield value
        yield from _said_by_machine(value)


def _tidy(text: str) -> str | None:
    """On one line; None for what has no words, or is one: part of another."""
    line = re.sub("(…|%s|%d)+", "…", " ".join(text.split()))
    return line if " " in line and re.search("[A-Za-z]{3}", line) else None
