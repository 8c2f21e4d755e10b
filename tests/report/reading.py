"""How a page is read here: by its elements, as a browser has them."""

import json
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent / "samples"
ENDED = ("promoted", "reverted", "rejected")
VOID = {"meta"}
Document = dict[str, Any]


@cache
def _text(name: str) -> str:
    return (SAMPLES / f"{name}.json").read_text()


def sample(name: str, **members: Any) -> Document:
    """The document of a deployment that ended so in the demo, with other members."""
    return {**json.loads(_text(name)), **members}


class Page(HTMLParser):
    """The elements of a page: each with its attributes and all text in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[int] = []
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(text)
        assert not self.open, "an element was not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for index in self.open:
            self.elements[index][2].append(data)

    @property
    def shape(self) -> list[tuple[str, list[str]]]:
        """The names of all elements and of their attributes."""
        return [(tag, sorted(attributes)) for tag, attributes, _ in self.elements]

    def texts(self, name: str) -> list[str]:
        """What stands in each element of a name."""
        return ["".join(parts) for tag, _, parts in self.elements if tag == name]

    def table(self, kind: str) -> list[list[str]]:
        """The rows of the first table of a class, without its head."""
        rows: list[list[str]] = []
        is_it = False
        for tag, attributes, parts in self.elements:
            if tag == "table":
                is_it = attributes["class"] == kind
            if is_it and tag == "tr":
                rows.append([])
            if is_it and tag in ("td", "th") and rows:
                rows[-1].append("".join(parts))
        return rows[1:]

    @property
    def picture(self) -> Any:
        """What the script draws."""
        [parts] = [parts for _, told, parts in self.elements if told.get("id") == "data"]
        return json.loads("".join(parts))
