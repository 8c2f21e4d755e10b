"""The page in Chromium: it draws, says nothing to the console, fits a telephone, and prints.

The page is looked at from outside, through a frame of a page of the test: it has nothing in it for
its tests. Both come from one server, so that the one may look into the other.
"""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bench.report import day
from tests.report.reading import ENDED, Document, sample
from tests.report.test_page import poisoned
from viridian.report.page import page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PATIENCE_SECONDS = 120
NARROW, WIDE = 390, 1100
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
    *("--enable-logging=stderr", "--v=0", "--virtual-time-budget=5000"),
)
DARK = "--blink-settings=preferredColorScheme=0"
FRAME = """<!doctype html><title>a frame</title><body>
<script>
const frame = document.createElement("iframe");
frame.style = "width:%dpx;height:900px;border:0";
frame.src = "report.html";
frame.onload = () => setTimeout(() => {
  const page = frame.contentDocument;
  const inked = (canvas) => canvas.getContext("2d")
    .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
  const picture = page.getElementById("picture");
  picture.focus();
  const press = () => picture.dispatchEvent(new frame.contentWindow.KeyboardEvent(
    "keydown", { key: "ArrowRight", cancelable: true, bubbles: true }));
  press(); press();
  document.body.dataset.seen = JSON.stringify({
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    canvases: [...page.querySelectorAll("canvas")].map(inked),
    marks: [...page.querySelectorAll(".marks a")].map((mark) => mark.textContent),
    readout: page.getElementById("readout").textContent,
    paper: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
    hacked: window.hacked ?? null,
  });
}, 100);
document.body.append(frame);
</script>
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder whose pages change, and says nothing of it."""

    def end_headers(self) -> None:
        """A browser may take a page for the one of before, that it has of the same second."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class Browser:
    """Chromium, over one page at a time."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("chromium")
        assert found, "chromium is missing: apt-get install --no-install-recommends chromium"
        self.chromium, self.folder = found, folder
        self.server = ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(Quiet, directory=str(folder / "served"))
        )
        (folder / "served").mkdir()

    def run(self, *flags: str, path: str) -> tuple[str, list[str]]:
        """What it printed, and the lines of the page's console."""
        command = (self.chromium, *FLAGS, f"--user-data-dir={self.folder / 'profile'}", *flags)
        address = f"http://127.0.0.1:{self.server.server_port}/{path}"
        done = subprocess.run(
            [*command, address],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    def show(self, document: Document, *flags: str, width: int = WIDE) -> dict[str, Any]:
        """What is seen of a document's page in a frame of this width."""
        (self.folder / "served" / "report.html").write_text(page(document), "utf-8")
        (self.folder / "served" / "frame.html").write_text(FRAME % width)
        (self.folder / "served" / "favicon.ico").touch()
        dom, console = self.run(*flags, "--dump-dom", path="frame.html")
        told = re.search(r'data-seen="([^"]*)"', dom)
        assert told, dom[:500]
        seen: dict[str, Any] = json.loads(told[1].replace("&quot;", '"').replace("&amp;", "&"))
        return {**seen, "console": console}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("browser"))
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", ENDED)
def test_it_draws_its_picture_and_needs_no_scrolling_sideways(
    browser: Browser, name: str, width: int
) -> None:
    seen = browser.show(sample(name), width=width)

    assert seen["console"] == []
    assert seen["canvases"] == [True] * 4
    assert seen["overflow"] == 0


def test_each_mark_leads_to_its_row_and_the_keys_read_the_periods(browser: Browser) -> None:
    seen = browser.show(sample("reverted"))

    assert sorted(seen["marks"]) == ["1 ▸", "2 ·", "3 ◆", "4 ▲", "5 !", "6 ▼", "7 ·", "8 ■"]
    assert seen["readout"] == (
        "12:14:50 · release: no requests known · live: 1000 requests, 0 answered 5xx, p99 4.9 ms"
    )


def test_it_is_dark_for_those_who_like_it_so(browser: Browser) -> None:
    light, dark = (browser.show(sample("reverted"), *flags) for flags in ((), (DARK,)))

    assert (light["paper"], dark["paper"]) == ("rgb(252, 251, 248)", "rgb(21, 25, 27)")
    assert dark["canvases"] == [True] * 4


def test_nothing_that_a_record_says_is_run(browser: Browser) -> None:
    seen = browser.show(poisoned(sample("reverted")), width=NARROW)

    assert (seen["hacked"], seen["console"], seen["overflow"]) == (None, [], 0)


def test_a_day_of_looks_is_drawn(browser: Browser) -> None:
    seen = browser.show(day(), width=NARROW)

    assert (seen["canvases"], seen["console"], seen["overflow"]) == ([True] * 4, [], 0)


def test_it_prints(browser: Browser, tmp_path: Path) -> None:
    browser.show(sample("reverted"))
    target = tmp_path / "report.pdf"
    browser.run(f"--print-to-pdf={target}", path="report.html")

    assert target.read_bytes().startswith(b"%PDF")
