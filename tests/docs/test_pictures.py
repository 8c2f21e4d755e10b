"""The README's pictures can be taken, and show what they are to show."""

import re
import struct
from pathlib import Path

import pytest

from docs.pictures import HEIGHT, REPORT, TERMINAL, WIDTH, take, terminal
from tests.report.reading import sample
from viridian.report.page import page

PRINTED = (
    "   1.0 s  starting\n  90.0 s  uploading shop 1.2.0\n  95.2 s  shop 1.2.0  reverted: "
    + "long " * 40
)


def test_a_terminal_shows_what_was_printed_of_the_bad_release_and_fetches_nothing() -> None:
    drawn = terminal(PRINTED)
    words = re.sub(r"<[^>]+>|&#160;", " ", drawn)

    assert "starting" not in words
    assert re.search(r"shop\s+1\.2\.0\s+reverted:", words)
    assert "…" in words
    assert "url(" not in re.sub(r"url\(#", "", drawn)


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_both_are_taken_of_a_demo_that_was_played(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    for name in ("promoted", "reverted"):
        (reports / f"{name}.html").write_text(page(sample(name)))
    printed = tmp_path / "demo.txt"
    printed.write_text(PRINTED)

    take(printed, reports, tmp_path)

    picture = (tmp_path / REPORT).read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (WIDTH, HEIGHT)
    assert len(picture) > 20_000, "a page with nothing drawn is smaller"
    assert (tmp_path / TERMINAL).stat().st_size > 1_000
