"""Every message that the system prints is in the troubleshooting page, with what to do."""

import ast
import re

import pytest

from docs.__main__ import RUNBOOK, TROUBLESHOOTING
from docs.messages import PLACE, ROOT, messages, said, with_messages
from viridian.core import errors

PAGE = TROUBLESHOOTING.read_text()
MESSAGES = messages()
SECTIONS = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S))
CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type)]
LEAVES = {kind.__name__ for kind in CLASSES if not kind.__subclasses__()}


def test_the_messages_in_the_page_are_the_sources() -> None:
    assert {kind for _, kind in PLACE.findall(PAGE)} == set(MESSAGES)
    assert with_messages(PAGE) == PAGE, "run make docs"


@pytest.mark.parametrize("kind", sorted(LEAVES | set(MESSAGES)))
def test_what_to_do_is_said_of_every_kind(kind: str) -> None:
    prose, _, block = SECTIONS[kind].partition("<!-- messages: ")

    assert prose.strip().endswith(".")
    assert not block or block.startswith(f"{kind} -->")


def test_where_a_message_sends_its_reader_there_is_something_to_read() -> None:
    texts = "\n".join(text for of in MESSAGES.values() for text in of)
    headings = {heading.lower() for heading in re.findall(r"^### (.+)$", RUNBOOK.read_text(), re.M)}
    named = re.findall(r"docs/runbook\.md, ([A-Za-z ]+)|see (\w+) in docs/runbook\.md", texts)

    assert {
        path for path in re.findall(r"docs/\S+\.md", texts) if not (ROOT / path).exists()
    } == set()
    assert {name.lower() for pair in named for name in pair if name} - headings == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise LeaseHeld(f"{a}: wait " "for it") from error', {("LeaseHeld", "…: wait for it")}),
        (
            'raise Held("a lease" + (f" of {a} now" if a else ""))',
            {("Held", "a lease…"), ("Held", "of … now")},
        ),
        ('A = "not for it"\nraise Held(f"{a}: {A}")', {("Held", "…: not for it")}),
        ('raise refusal(f"{a}: is none")', {("What is wrong in a document", "…: is none")}),
        ('yield a, f"must be {b}"', {("What is wrong in a document", "must be …")}),
        ('raise ValueError(f"no such {a}")', {("An error of Python's", "no such …")}),
        (
            'return Order(f"{a} is paused", "Resume it.")',
            {("What a control answers", "… is paused"), ("What a control answers", "Resume it.")},
        ),
        ('def ask(a: "int | None"):\n    "What it is."\n    return Write("SET a = :b")', set()),
    ],
)
def test_a_message_is_told_by_its_kind_and_with_its_gaps(
    code: str, found: set[tuple[str, str]]
) -> None:
    assert set(said(ast.parse(code), "functions/viridian/core/new.py")) == found
