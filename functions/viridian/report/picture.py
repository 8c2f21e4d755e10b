"""The picture: the split, the requests, the errors and the response times of both sides on one
axis, with what happened when; and the same in words, and in a table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from viridian.report import traffic
from viridian.report.happenings import NAMES, SIGNS, Happening
from viridian.report.markup import NOTHING, Markup, data, items, join, table, tag
from viridian.report.times import clock, count, figure, lasting, milliseconds, moment, seconds
from viridian.report.traffic import SIDES, Seen

WELL_OVER = (None, "StandbyRetired")
"""Of a standby window that went well nothing is drawn: it has no figures, and may last for days."""

COLUMNS = (
    ("requests", "requests", figure),
    ("errors", "5xx", figure),
    ("refused", "4xx", figure),
    ("p50", "p50 ms", milliseconds),
    ("p90", "p90 ms", milliseconds),
    ("p95", "p95 ms", milliseconds),
    ("p99", "p99 ms", milliseconds),
)


@dataclass(frozen=True)
class Picture:
    """A deployment's figures and happenings in the span of time that is drawn."""

    document: dict[str, Any]
    seen: Seen
    splits: list[tuple[float, float]]
    happenings: list[Happening]

    @classmethod
    def of(cls, document: dict[str, Any], happenings: list[Happening]) -> "Picture":
        """The picture of a document."""
        return cls(document, traffic.seen(document), traffic.splits(document), happenings)

    @property
    def end(self) -> float:
        """Where the time axis ends."""
        ended = seconds(self.document.get("ended_at"))
        if ended is not None and self.document.get("standby_ending") in WELL_OVER:
            return ended
        return max((each.until or each.at for each in self.happenings), default=0.0)

    def html(self) -> Markup:
        """The section: words first, then the picture, then its numbers."""
        if not self.happenings:
            return tag("p", "No time of it is known: there is nothing to draw.")
        return join(
            [
                items(self.in_words()),
                self._figure(),
                self._numbers(),
            ]
        )

    def in_words(self) -> Iterator[str]:
        """What the picture shows, and what is not known."""
        yield self._split_in_words()
        if not self.seen.starts:
            yield "How many requests came, and how they were answered, is not in the record."
            return
        for side in SIDES:
            yield self._side_in_words(side)
        if not self.seen.is_of_looks:
            yield (
                "It ended before a first look at its metrics. The figures are those kept at the "
                "failure: the newest periods that were known then. What came later is not in them."
            )
        early = self._before_first_shift()
        if early:
            yield (
                f"{figure(early)} of the release's requests came before it had any share of the "
                "traffic: its own checks, and what hooks asked it."
            )

    def _split_in_words(self) -> str:
        moves = [f"{percent:g} % at {clock(at)}" for at, percent in self.splits[1:]]
        if not moves:
            return "The release was never given any of the production traffic."
        return f"Share of the traffic on the release: {', then '.join(moves)} (UTC)."

    def _side_in_words(self, side: str) -> str:
        name = "The release" if side == "candidate" else "The live side"
        periods: dict[float, traffic.Period] = getattr(self.seen, side)
        if not periods:
            return f"{name}: no requests are known."
        requests, errors = traffic.totals(periods.values())
        share = f" ({100 * errors / requests:.1f} %)" if errors and requests else ""
        slowest = max(filter(None, self.seen.column(side, "p99")), default=None)
        slow = f"; the slowest p99 of a period was {milliseconds(slowest)} ms" if slowest else ""
        span = f"{count(len(periods), 'period')} of {lasting(self.seen.seconds)}"
        asked = f"{count(requests, 'request')} in {span}, {figure(errors)} answered 5xx{share}"
        return f"{name}: {asked}{slow}."

    def _before_first_shift(self) -> float:
        shifts = [at for at, percent in self.splits if percent > 0]
        first = shifts[0] if shifts else float("inf")
        early = (p for at, p in self.seen.candidate.items() if at + self.seen.seconds <= first)
        return traffic.totals(early)[0]

    def _figure(self) -> Markup:
        panels = self._panels()
        return tag(
            "figure",
            tag("figcaption", *_key()),
            tag(
                "div",
                tag("div", class_="marks", aria_hidden="true"),
                *(_panel(panel) for panel in panels),
                id="picture",
                tabindex="0",
                role="group",
                aria_label="The picture. Arrow keys read its periods one by one.",
            ),
            tag("output", id="readout", aria_live="polite"),
            tag("noscript", tag("p", "The picture is drawn by a script; its numbers are below.")),
            tag("script", data(self._data(panels)), type="application/json", id="data"),
        )

    def _panels(self) -> list[dict[str, Any]]:
        middles = [start + self.seen.seconds / 2 for start in self.seen.starts]
        last = self.splits[-1:] and (self.end, self.splits[-1][1])
        split = [*self.splits, *([last] if last else [])]
        found = [
            {
                "title": "Share of the traffic on the release, percent",
                "x": [at for at, _ in split],
                "is_split": True,
                "series": [{"side": "candidate", "values": [percent for _, percent in split]}],
            }
        ]
        if not middles:
            return found
        span = lasting(self.seen.seconds)
        for title, columns, scale in (
            (f"Requests per {span}", ("requests",), 1),
            (f"Answers with a 5xx per {span}", ("errors",), 1),
            ("Response time, milliseconds: p99, thinner p95 and p50", ("p99", "p95", "p50"), 1000),
        ):
            series = [
                {
                    "side": side,
                    "is_thin": column in ("p50", "p95"),
                    "values": [v and round(v * scale, 3) for v in self.seen.column(side, column)],
                }
                for column in columns
                for side in SIDES
            ]
            found.append({"title": title, "x": middles, "is_split": False, "series": series})
        return found

    def _data(self, panels: list[dict[str, Any]]) -> dict[str, Any]:
        begun, end = self.happenings[0].at, self.end
        return {
            "from": begun - self.seen.seconds,
            "to": end + max(1, 0.02 * (end - begun)),
            "period": self.seen.seconds,
            "panels": panels,
            "marks": [
                {"at": each.at, "sign": SIGNS[each.kind], "kind": each.kind, "number": number}
                | ({"is_breach": True} if each.is_breach else {})
                for number, each in enumerate(self.happenings, 1)
                if each.at <= end
            ],
        }

    def _numbers(self) -> Markup:
        """Every period, both sides beside each other; closed until somebody asks."""
        starts, span = self.seen.starts, lasting(self.seen.seconds)
        if not starts:
            return Markup("")
        heads = [f"{side} {words}" for side in ("release", "live") for _, words, _ in COLUMNS]
        told = [
            [tell(value) for value in self.seen.column(side, name)]
            for side in SIDES
            for name, _, tell in COLUMNS
        ]
        rows = zip([clock(start) for start in starts], *told, strict=True)
        caption = f"Requests to both sides, by periods of {span}"
        return tag(
            "details",
            tag("summary", f"The numbers of the picture ({count(len(starts), 'period')})"),
            tag("p", f"{NOTHING}: no request came then, or none is known. The first period began ",
                moment(starts[0]), "."),
            tag("div", table(caption, ("Period from (UTC)", *heads), rows, "periods"),
                class_="wide", tabindex="0", role="region", aria_label=caption),
        )  # fmt: skip


def _panel(panel: dict[str, Any]) -> Markup:
    return tag("div", tag("h3", panel["title"]), tag("div", class_="chart"), class_="panel")


def _key() -> Iterator[str]:
    """What lines and signs mean."""
    yield tag("span", tag("i", class_="line candidate"), "the release (solid)", class_="key")
    yield tag("span", tag("i", class_="line live"), "the live side (dashed)", class_="key")
    for kind, name in NAMES.items():
        yield tag("span", tag("b", SIGNS[kind], class_=f"sign {kind}"), name, class_="key")
    yield tag(
        "span",
        "The numbers at the top are the rows of the next table. Drag to look closer; double-click, "
        "or press Escape, to see all of it again.",
        class_="key hint",
    )
