"""The README's pictures, made of a demo that was played: `make pictures`.

    python -m docs.pictures build/demo.txt build/demo/reports

takes what the demo printed, and the reports that it left, of which the reverted release's is shown.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURES = Path(__file__).parent / "pictures"
TERMINAL, REPORT = "demo.svg", "report.png"
SHOWN = "DeploymentReverted"
COLUMNS = 108
SINCE = "uploading shop 1.2.0"
"""The line from which on it is shown: the bad release, and the figures."""
WIDTH, HEIGHT = 1100, 1660
"""Pixels of the report that are shown: its head, and the picture but for its last curves."""
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.S)
"""Rich's own come from another host."""
BROWSER = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")


def take(printed: Path, reports: Path, folder: Path = PICTURES) -> None:
    """Both pictures, into the folder; raises StopIteration where no report is of a revert."""
    (folder / TERMINAL).write_text(terminal(printed.read_text()))
    bad = next(page for page in sorted(reports.glob("*.html")) if SHOWN in page.read_text())
    photograph(bad, folder / REPORT)


def terminal(printed: str) -> str:
    """What was printed, as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    begun = printed.rfind("\n", 0, max(0, printed.find(SINCE))) + 1
    for line in printed[begun:].rstrip().splitlines():
        console.print(Text(line), no_wrap=True, overflow="ellipsis")
    return FONTS.sub("", console.export_svg(title="make demo"))


def photograph(page: Path, picture: Path) -> None:
    """A page as Chromium shows it, as PNG."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: apt-get install --no-install-recommends chromium"
    with tempfile.TemporaryDirectory() as profile:
        flags = (f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}")
        taken = f"--screenshot={picture.absolute()}"
        command = (chromium, *BROWSER, *flags, taken, page.absolute().as_uri())
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
