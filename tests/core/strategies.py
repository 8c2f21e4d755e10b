"""What Hypothesis draws from: every valid plan, service file, release and set of evidence."""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.core.shop import CHECKSUM, REGISTRATION, target_of
from viridian.core.evidence.requests import Period, Traffic
from viridian.core.release.release import Bundle, Release
from viridian.core.service.hooks import OF_STEPS, ON_THE_WAY, Point
from viridian.core.service.smoke_tests import METHODS, SAFE, WITH_BODY

STATES = ("OK", "INSUFFICIENT_DATA", "ALARM")
ALARM_NAMES = ("green-5xx", "green-p99", "elb-5xx")

service_names = st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True)
versions = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True)
paths = st.from_regex(r"/[!-~]{0,20}", fullmatch=True)
texts = st.text(min_size=1, max_size=20)
bakes = st.integers(1, 43_200)
scalars = st.none() | st.booleans() | st.integers(-999, 999) | st.floats(-1, 1) | texts
header_values = st.from_regex("[ -~]{0,9}", fullmatch=True)
header_names = st.from_regex(r"X-[A-Za-z0-9]{1,9}", fullmatch=True)
pointers = st.from_regex(r"(/([a-z0-9 ]|~[01]){0,5}){1,3}", fullmatch=True)


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, int]]:
    """Steps that rise and end at 100, half a day at most together."""
    percents = [*sorted(draw(st.sets(st.integers(1, 99), max_size=6))), 100]
    return [
        {"percent": percent, "bake_seconds": draw(bakes) // len(percents) or 1}
        for percent in percents
    ]


@st.composite
def checks(draw: st.DrawFn) -> dict[str, Any]:
    """Checks of every shape; what is `GET` is left unsaid."""
    method = draw(st.sampled_from(METHODS))
    optional = {
        "headers": st.dictionaries(header_names, header_values, min_size=1, max_size=3),
        "max_seconds": st.floats(0.001, 5),
    }
    if method in SAFE:
        optional["production_status"] = st.integers(300, 499)
    if method in WITH_BODY:
        optional["body"] = texts
    if method != "HEAD":
        optional["body_contains"] = texts
        optional["json"] = st.dictionaries(pointers, scalars, min_size=1, max_size=3)
    least = {"path": paths, "status": st.integers(100, 599)}
    said = {} if method == "GET" else {"method": method}
    return draw(st.fixed_dictionaries(least, optional=optional)) | said


def can_be_held(drawn: list[dict[str, Any]]) -> bool:
    """Whether one of the checks is safe, and none looks as if it held a reference."""
    is_askable = any(check.get("method", "GET") in SAFE for check in drawn)
    return is_askable and "{{" not in json.dumps(drawn, ensure_ascii=False)


outcomes = st.sampled_from(["restore", "advance"])


@st.composite
def asked(draw: st.DrawFn, at: tuple[Point, ...], times: dict[str, Any]) -> dict[str, Any]:
    """What a hook and an approval have in common; a share where it is asked at steps."""
    found = draw(st.fixed_dictionaries({"at": st.sampled_from([*map(str, at)]), **times}))
    if found["at"] in OF_STEPS and draw(st.booleans()):
        found["percent"] = draw(st.integers(1, 100))
    return found


hooks = asked(
    tuple(Point),
    {
        "timeout_seconds": st.integers(1, 600),
        **dict.fromkeys(("on_fail", "on_inconclusive", "on_no_answer"), outcomes),
    },
)
approvals = asked(ON_THE_WAY, {"deadline_seconds": st.integers(60, 600), "on_no_answer": outcomes})


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Hooks and approvals, few and short enough for every plan, each with a name of its own."""
    names = draw(st.lists(service_names.filter(is_free), min_size=3, max_size=3, unique=True))
    given = draw(st.lists(hooks, max_size=2)), draw(st.lists(approvals, max_size=1))
    named = [[{"name": names.pop(), **each} for each in kind] for kind in given]
    return dict(zip(("hooks", "approvals"), named, strict=True))


def is_free(name: str) -> bool:
    """Whether it is neither Viridian's own nor ends as the key of a step does."""
    return name != "unknown" and not name[-1].isdigit()


alarm_settings = st.fixed_dictionaries(
    {
        "period_seconds": st.sampled_from([10, 20, 30, 60, 300, 900]),
        "error_rate_percent": st.floats(0, 100),
        "minimum_requests": st.integers(1, 1_000_000),
        "latency_p99_seconds": st.floats(0.001, 3600),
        "elb_5xx_count": st.integers(0, 1_000_000),
        "extra": st.lists(texts, max_size=3),
    }
)
service_files_but_patience: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "service": service_names,
        "steps": steps(),
        "smoke_tests": st.lists(checks(), min_size=1, max_size=3).filter(can_be_held),
        "version_header": st.from_regex(r"[A-Za-z0-9-]+", fullmatch=True),
        "resting_count": st.integers(0, 1000),
        "drain_seconds": st.integers(1, 3600),
        "drain_timeout_seconds": st.integers(0, 900),
        "prepare_timeout_seconds": st.integers(30, 3600),
        "standby_seconds": st.integers(1, 172_800),
        "start_grace_seconds": st.integers(0, 29),
        "health_check_path": paths,
        "alarms": alarm_settings,
        "keep_failed_seconds": st.integers(0, 14_400),
        "former_live": st.sampled_from(["rest", "zero", "follow"]),
        "stickiness": st.sampled_from(["refuse", "accept"]),
        "on_template_change": st.sampled_from(["wait", "deploy"]),
        "on_manual_change": st.sampled_from(["restore", "hold"]),
        "freezes": st.lists(
            st.fixed_dictionaries(
                {
                    "cron": st.sampled_from(["0 17 * * FRI", "*/5 0-6 1,15 DEC *"]),
                    "minutes": st.integers(1, 44_640),
                    "time_zone": st.sampled_from(["UTC", "Europe/Paris"]),
                }
            ),
            max_size=2,
        ),
        "on_busy": st.sampled_from(["reject", "queue", "queue_latest", "supersede"]),
        "on_unknown": st.sampled_from(["restore", "ask"]),
        "unknown_deadline_seconds": st.integers(60, 600),
        "record_retention_days": st.integers(1, 3650),
        "image_repositories": st.lists(texts, max_size=2),
        "ignored_alarms": st.lists(
            st.fixed_dictionaries(
                {"name": texts, "reason": texts, "until": st.just("2026-11-01T12:00:00Z")}
            ),
            max_size=2,
        ),
    },
    optional={
        "scaling": st.fixed_dictionaries(
            {
                "min_capacity": st.integers(1, 10),
                "max_capacity": st.integers(10, 5000),
                "requests_per_target": st.integers(1, 1_000_000),
            }
        ),
    },
)


@st.composite
def service_files(draw: st.DrawFn) -> dict[str, Any]:
    """Service files with as much patience as their period needs, or some more."""
    file = draw(service_files_but_patience)
    least = 2 * file["alarms"]["period_seconds"] + 180
    patience = draw(st.integers(least, least + 60))
    return {**file, **draw(questions()), "unknown_patience_seconds": patience}


@st.composite
def registrations(draw: st.DrawFn) -> dict[str, Any]:
    """Registrations of any service file."""
    settings = draw(service_files())
    shared = draw(st.lists(texts, max_size=3))
    own = {"service": settings["service"], "settings": settings, "shared_alarms": shared}
    return {**REGISTRATION, **own, "hooks": [target_of(hook["name"]) for hook in settings["hooks"]]}


variables = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,15}", fullmatch=True).filter(
    lambda name: not name.startswith("VIRIDIAN_") and name != "RELEASE_VERSION"
)
environments = st.dictionaries(variables, st.text(max_size=20), max_size=4)
secret_arns = st.from_regex(r"arn:aws:ssm:[a-z0-9:/]{1,20}", fullmatch=True)
sizes = st.sampled_from([(None, None), (256, 512), (1024, 2048)])


@st.composite
def variable_lists(draw: st.DrawFn) -> dict[str, list[dict[str, str]]]:
    """A container's environment and secrets, no name in both."""
    texts = draw(environments)
    secrets = draw(st.dictionaries(variables.filter(lambda n: n not in texts), secret_arns))
    return {
        "environment": [{"name": name, "value": text} for name, text in texts.items()],
        "secrets": [{"name": name, "valueFrom": arn} for name, arn in secrets.items()],
    }


containers = st.builds(
    lambda own, listed: {**own, **listed},
    st.fixed_dictionaries(
        {"name": texts, "image": texts},
        optional={
            "essential": st.booleans(),
            "command": st.lists(texts, max_size=2),
            "mountPoints": st.lists(st.fixed_dictionaries({"sourceVolume": texts}), max_size=2),
            "dependsOn": st.lists(st.fixed_dictionaries({"containerName": texts}), max_size=2),
            "linuxParameters": st.fixed_dictionaries({"initProcessEnabled": st.booleans()}),
        },
    ),
    variable_lists(),
)
templates = st.fixed_dictionaries(
    {
        "family": texts,
        "taskDefinitionArn": texts,
        "revision": st.integers(1, 1000),
        "cpu": st.sampled_from(["256", "512"]),
        "memory": st.sampled_from(["1024", "2048"]),
        "containerDefinitions": st.lists(containers, min_size=1, max_size=3),
    },
    optional={
        "volumes": st.lists(st.fixed_dictionaries({"name": texts}), max_size=2),
        "taskRoleArn": texts,
        "runtimePlatform": st.fixed_dictionaries({"cpuArchitecture": texts}),
        "ephemeralStorage": st.fixed_dictionaries({"sizeInGiB": st.integers(21, 200)}),
    },
)
"""Task definitions as ECS describes them."""


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """Releases by bundle and by image."""
    service, version = draw(service_names), draw(versions)
    key = f"{service}/{version}/bundle.zip"
    bundle = Bundle("artifacts", key, draw(texts), CHECKSUM) if draw(st.booleans()) else None
    environment = draw(environments)
    secrets = draw(st.dictionaries(variables.filter(lambda n: n not in environment), secret_arns))
    cpu, memory = draw(sizes)
    return Release(
        service=service,
        version=version,
        bundle=bundle,
        image=None if bundle else f"{draw(service_names)}@sha256:{CHECKSUM}",
        command=tuple(draw(st.lists(texts, max_size=3))),
        environment=environment,
        secrets=secrets,
        cpu=cpu,
        memory=memory,
    )


PERIOD_SECONDS = 60
NOON = 1_800_000_000.0
UNTIL = NOON + 300


@st.composite
def periods(draw: st.DrawFn, index: int) -> Period:
    """A period of which some requests were answered well, some badly, some not at all."""
    requests = draw(st.integers(1, 400))
    answered = draw(st.integers(0, requests))
    errors = draw(st.integers(0, requests - answered))
    slowest = draw(st.none() | st.sampled_from([0.1, 0.9, 1.1, 3]))
    return Period(NOON + index * PERIOD_SECONDS, requests, answered, errors, p90=slowest)


@st.composite
def traffic(draw: st.DrawFn) -> Traffic:
    """Up to six periods, some of them good throughout and some not there."""
    found = [
        draw(periods(index) | st.just(Period(NOON + index * PERIOD_SECONDS, 90, 90, p90=0.1)))
        for index in range(6)
        if draw(st.integers(0, 5))
    ]
    return Traffic(tuple(found))


@dataclass(frozen=True)
class Found:
    """What is known at decision time, and the limits to judge it by."""

    alarms: dict[str, str]
    candidate: Traffic
    live: Traffic
    minimum_requests: int
    error_rate_percent: float


evidence = st.builds(
    Found,
    alarms=st.fixed_dictionaries({}, optional={n: st.sampled_from(STATES) for n in ALARM_NAMES})
    | st.just(dict.fromkeys(ALARM_NAMES, "OK")),
    candidate=traffic(),
    live=traffic(),
    minimum_requests=st.integers(1, 100),
    error_rate_percent=st.floats(0, 100),
)
