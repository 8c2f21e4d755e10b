"""HTML that is made of untrusted text: whatever is not markup already is escaped."""

import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

UNSHOWABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]"
)
"""Controls, halves of a character, and what turns the direction of text: a line of a log must not
make what stands beside it read otherwise."""


NOTHING = "—"
"""What stands where nothing is known or to be said."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def clean(text: str) -> str:
    """The text with a mark in the place of each character that nobody could see."""
    return UNSHOWABLE.sub("\ufffd", text)


def tag(name: str, *children: str, **attributes: str) -> Markup:
    """An element. `class_` is the attribute class, `data_label` is data-label."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(clean(value))}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{told}>{join(children)}</{name}>")


def join(children: Iterable[str]) -> Markup:
    """Several pieces, one after the other."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else html.escape(clean(child)) for child in children
        )
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str) -> Markup:
    """A table whose first cells name their rows.

    Narrow pages show a row as a block: so each cell has its column's name, one of nothing is left
    out, and the roles say that it is a table still.
    """
    head = (tag("th", text, scope="col", role="columnheader") for text in heads)
    body = (tag("tr", *_cells(heads, row), role="row") for row in rows)
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *head, role="row"), role="rowgroup"),
        tag("tbody", *body, role="rowgroup"),
        class_=kind,
        role="table",
    )


def _cells(heads: Sequence[str], row: Sequence[str]) -> Iterable[Markup]:
    for index, (head, text) in enumerate(zip(heads, row, strict=True)):
        if index:
            kind = {"class_": "none"} if text == NOTHING else {}
            yield tag("td", text, role="cell", data_label=head, **kind)
        else:
            yield tag("th", text, scope="row", role="rowheader", data_label=head)


def terms(pairs: Iterable[tuple[str, str]]) -> Markup:
    """A list of names and what they are; of what is nothing, no line."""
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", text)) for name, text in pairs if text),
    )


def items(texts: Iterable[str]) -> Markup:
    """A plain list."""
    return tag("ul", *(tag("li", text) for text in texts))


def data(value: Any) -> Markup:
    """JSON that may stand in a script element: nothing in it can end that."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
