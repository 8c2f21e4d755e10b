"""The parts of the report that are words: the head, the steps, the evidence, the plan."""

from collections.abc import Iterator
from typing import Any

from viridian.report.happenings import SIGNS, Happening
from viridian.report.markup import NOTHING, Markup, items, join, table, tag, terms
from viridian.report.times import clock, figure, lasting, moment, number, seconds
from viridian.report.traffic import settings_of
from viridian.report.words import cause_of, final, headline, in_short, next_steps


def head(document: dict[str, Any]) -> Markup:
    """What became of it, why, when, by whose wish, and what to do next."""
    ending = final(document)
    told, why = headline(ending), in_short(document)
    production, who_acts = next_steps(ending)
    return tag(
        "header",
        tag("p", tag("span", told.sign, aria_hidden="true"), f" {ending or 'No ending yet'}",
            class_=f"ending {told.tone}"),
        tag("h1", title(document), *([": ", tag("span", why, class_="why")] if why else [])),
        terms(
            [
                ("Production", production),
                ("Who acts now", who_acts),
                ("Began", moment(seconds(document.get("admitted_at")))),
                ("Ended", _ended(document)),
                ("Standby window", _standby(document)),
                ("Asked for by", str(document.get("requested_by") or "not in the record")),
                ("Cause, as recorded", cause_of(document)),
                ("Deployment", str(document.get("deployment_id") or "not known")),
            ]
        ),
    )  # fmt: skip


def title(document: dict[str, Any]) -> str:
    """What became of it, in a line."""
    what = f"{document.get('service') or 'A service'} {document.get('version') or '(no version)'}"
    return f"{what} {headline(final(document)).said}"


def _ended(document: dict[str, Any]) -> str:
    begun, ended = (seconds(document.get(name)) for name in ("admitted_at", "ended_at"))
    if ended is None:
        return "not yet"
    after = f", {lasting(ended - begun)} later" if begun is not None else ""
    return join([moment(ended), after])


def _standby(document: dict[str, Any]) -> str:
    ended, promoted = seconds(document.get("standby_ended_at")), seconds(document.get("ended_at"))
    if ended is None:
        return ""
    after = f", {lasting(ended - promoted)} after that" if promoted is not None else ""
    return join(["ended ", moment(ended), after])


def steps(happenings: list[Happening]) -> Markup:
    """Each decision, answer and alarm: the numbers are those in the picture."""
    if not happenings:
        return tag("p", "No decision is in the record.")
    begun = happenings[0].at
    rows = [_step(index, each, begun) for index, each in enumerate(happenings, 1)]
    heads = ("No.", "Time (UTC)", "State", "What was decided", "On which numbers", "By what")
    caption = "In order; the numbers are those in the picture. +: since the beginning."
    return table(caption, heads, rows, "steps")


def _step(index: int, each: Happening, begun: float) -> list[str]:
    sign = tag("b", SIGNS[each.kind], class_=f"sign {each.kind}", aria_hidden="true")
    until = f" to {clock(each.until)}" if each.until is not None else ""
    time = tag("span", f"+{lasting(each.at - begun)}", class_="after")
    what: str = tag("strong", each.told) if each.is_breach else each.told
    return [
        join([tag("span", str(index), id=f"row-{index}"), " ", sign]),
        join([clock(each.at), until, " ", time]),
        each.state or NOTHING,
        what,
        each.numbers or NOTHING,
        each.by or NOTHING,
    ]


def evidence(document: dict[str, Any]) -> Markup:
    """What was kept of a failure before anything of it shrank."""
    kept = document.get("evidence")
    if not kept:
        return tag("p", "None is in the record.")
    candidate = str(kept.get("candidate") or "not known")
    return join(
        [
            tag("p", f"As it was when the failure was met. The release was on {candidate}."),
            tag("h3", "Tasks and what they said last"),
            _lines(kept.get("tasks")),
            tag("h3", "Health of the targets"),
            _named(kept.get("targets"), "Side", "Health of the targets", candidate),
            tag("h3", "Alarms that were not OK"),
            _named(kept.get("alarms"), "Alarm", "What CloudWatch said"),
        ]
    )


def _lines(tasks: Any) -> Markup:
    if isinstance(tasks, str) or not tasks:
        return tag("p", str(tasks or "Nothing was kept of them."))
    return tag("ul", *(tag("li", tag("pre", str(line))) for line in tasks), class_="log")


def _named(told: Any, head: str, what: str, candidate: str = "") -> Markup:
    """A table of names; words where it could not be read."""
    if isinstance(told, str) or not told:
        return tag("p", str(told or "None."))
    rows = [
        (f"{name} (the release)" if name == candidate else name, str(value))
        for name, value in told.items()
    ]
    return table(what, (head, what), rows, "named")


def plan(document: dict[str, Any]) -> Markup:
    """What was asked for, and under which limits it was judged."""
    deployment, settings = document.get("deployment", {}), settings_of(document)
    planned = deployment.get("steps", ())
    rows = [
        (f"{figure(number(step.get('percent')))} %", lasting(number(step.get("bake_seconds")) or 0))
        for step in planned
    ]
    return join(
        [
            tag("h3", "Steps"),
            table("Steps", ("Share of the release", "Watched for at least"), rows, "named")
            if rows
            else tag("p", "The plan is not in the record."),
            *_asked(settings),
            tag("h3", "What was deployed, and how it was judged"),
            terms([*_release(deployment), *_limits(settings), *_exceptions(document)]),
        ]
    )


def _release(deployment: dict[str, Any]) -> Iterator[tuple[str, str]]:
    release = deployment.get("release", {})
    bundle, image = release.get("bundle", {}), release.get("image")
    yield "Asked at", moment(seconds(deployment.get("asked_at")))
    yield "Bundle", f"{bundle['key']}, SHA-256 {bundle.get('sha256')}" if bundle.get("key") else ""
    yield "Image", _plain(image)
    yield "Command", " ".join(map(str, release.get("command", ())))


def _limits(settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    alarms = settings.get("alarms", {})
    for name, unit, words in (
        ("error_rate_percent", " %", "Errors, at most"),
        ("latency_p99_seconds", " s", "p99, at most"),
        ("minimum_requests", "", "Requests needed to judge"),
        ("elb_5xx_count", "", "5xx of the load balancer, at most"),
        ("period_seconds", " s", "Metric period"),
    ):
        value = number(alarms.get(name))
        yield words, f"{value:g}{unit}" if value is not None else ""
    for name, words in (
        ("unknown_patience_seconds", "Patience while Unknown"),
        ("standby_seconds", "Standby window"),
    ):
        value = number(settings.get(name))
        yield words, lasting(value) if value is not None else ""


def _exceptions(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    deployment, settings = document.get("deployment", {}), settings_of(document)
    watched = document.get("sides", {}).get("watched_alarms", ())
    yield "Override", str(deployment.get("override") or "none")
    yield "Accepted differences", ", ".join(map(str, deployment.get("accept", ()))) or "none"
    yield "While another runs", str(deployment.get("on_busy") or "")
    ignored = settings.get("ignored_alarms", ())
    told = (f"{e.get('name')} until {e.get('until')}: {e.get('reason')}" for e in ignored)
    yield "Alarms ignored by the service", items(told) if ignored else "none"
    yield "Alarms watched", items(map(str, watched)) if watched else "not known"


def _asked(settings: dict[str, Any]) -> Iterator[Markup]:
    """Hooks and approvals: where each is asked, how long it may take, what no pass does."""
    rows = [
        (
            str(each.get("name")),
            kind,
            str(each.get("at")) + (f" from {each['percent']} %" if each.get("percent") else ""),
            lasting(number(each.get(limit)) or 0),
            ", ".join(
                f"{name.removeprefix('on_').replace('_', ' ')}: {each[name]}"
                for name in ("on_fail", "on_inconclusive", "on_no_answer")
                if name in each
            ),
        )
        for kind, members, limit in (
            ("hook", "hooks", "timeout_seconds"),
            ("people", "approvals", "deadline_seconds"),
        )
        for each in settings.get(members, ())
    ]
    if rows:
        heads = ("Name", "Kind", "At", "Within", "Otherwise")
        yield tag("h3", "Who was to be asked")
        yield table("Who was to be asked", heads, rows, "named")


def _plain(value: Any) -> str:
    """A value of one kind or another as words."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {told}" for name, told in value.items() if told)
    return str(value or "")
