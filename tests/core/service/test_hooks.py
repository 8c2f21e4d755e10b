"""What a service file may have asked: by which names, when, how often and for how long."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.shop import BUNDLE_RELEASE, REGISTRATION, asking, target_of
from viridian.core.deployment import Deployment
from viridian.core.errors import RegistrationInvalid, RequestInvalid
from viridian.core.hook import GRACE_SECONDS
from viridian.core.plan import PAUSED_LOOK_SECONDS
from viridian.core.release.request import Request
from viridian.core.service.hooks import (
    LONGEST_ASKED_SECONDS,
    OF_STEPS,
    ON_THE_WAY,
    Point,
    look_seconds,
    most_looks_for,
)
from viridian.core.service.registration import Registration
from viridian.core.service.settings import Settings

HALF_A_DAY = {"timeout_seconds": LONGEST_ASKED_SECONDS}


def read(*hooks: dict[str, Any], **members: Any) -> Settings:
    return Settings.from_dict(asking(*hooks, **members), "service.yaml")


def approval(name: str = "go", **members: Any) -> dict[str, Any]:
    return {"name": name, "at": "before_shift", "deadline_seconds": 60, **members}


def complaints(*hooks: dict[str, Any], **members: Any) -> list[str]:
    try:
        read(*hooks, **members)
    except RegistrationInvalid as refusal:
        return str(refusal).splitlines()
    return []


def test_who_says_no_more_than_when_has_everything_but_a_pass_restore() -> None:
    settings = read({"at": "after_ready"}, approvals=[approval()])

    [hook], [people] = settings.hooks, settings.approvals
    assert (hook.on_fail, hook.on_inconclusive, hook.on_no_answer) == ("restore",) * 3
    assert (hook.percent, people.percent, people.on_no_answer) == (None, None, "restore")
    assert (settings.on_unknown, settings.unknown_deadline_seconds) == ("restore", 3600)


def test_a_name_is_one_hook_s_or_one_approval_s() -> None:
    twice = {"at": "after_ready"}

    assert complaints(twice, twice) == [
        "service.yaml.hooks[1].name: 'load' is another's already; give it another name"
    ]
    [told] = complaints(twice, approvals=[approval("load")])
    assert told.startswith("service.yaml.approvals[0].name: 'load' is another's already")


def test_the_name_for_doubtful_evidence_is_viridian_s_own() -> None:
    [told] = complaints({"name": "unknown", "at": "after_ready"})

    assert told.startswith("service.yaml.hooks[0].name: 'unknown' is Viridian's own;")


@pytest.mark.parametrize("name", ["load-10", "unknown-50"])
def test_no_name_is_another_s_key_at_a_step(name: str) -> None:
    """Its answer would be taken for the other's."""
    of_another = {"name": name, "at": "before_prepare"}

    [told] = complaints({"at": "after_step"}, of_another)
    assert told.startswith(f"service.yaml.hooks[1].name: {name!r} is the key of {name[:-3]!r} at a")
    assert (
        complaints({"name": "cart", "at": "after_step"}, {"at": "after_ready", "name": "a-1"}) == []
    )


@pytest.mark.parametrize("at", Point)
def test_a_share_goes_with_what_is_asked_at_steps_alone(at: Point) -> None:
    wanted = "percent: goes with before_shift and after_step alone, found "
    told = complaints({"at": at, "percent": 50})
    assert told == ([] if at in OF_STEPS else [f"service.yaml.hooks[0].{wanted}{at}"])

    if at in ON_THE_WAY:
        told = complaints(approvals=[approval(at=at, percent=50)])
        assert told == ([] if at in OF_STEPS else [f"service.yaml.approvals[0].{wanted}{at}"])


@pytest.mark.parametrize("at", ["after_promotion", "after_restore"])
def test_nobody_waits_for_people_once_it_is_promoted_or_restored(at: str) -> None:
    [told] = complaints(approvals=[approval(at=at)])

    assert told.startswith("service.yaml.approvals[0].at: must be one of before_prepare, ")


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"at": "later"}, "at: must be one of before_prepare"),
        ({"timeout_seconds": LONGEST_ASKED_SECONDS + 1}, "timeout_seconds: must be a whole"),
        ({"on_fail": "ignore"}, "on_fail: must be restore or advance"),
        ({"name": "Load"}, "name: must be a lower-case name"),
    ],
)
def test_a_wrong_hook_is_refused_with_its_path(members: dict[str, Any], complaint: str) -> None:
    [told] = complaints({"at": "after_ready", **members})

    assert told.startswith(f"service.yaml.hooks[0].{complaint}")


@pytest.mark.parametrize(
    "taking",
    [
        lambda seconds: complaints({"at": "after_step", "timeout_seconds": seconds}),
        lambda seconds: complaints(approvals=[approval(deadline_seconds=seconds)]),
        lambda seconds: complaints(on_unknown="ask", unknown_deadline_seconds=seconds),
    ],
    ids=["a hook", "people", "doubt"],
)
def test_what_is_asked_at_three_steps_is_waited_for_three_times_and_a_day_at_most(
    taking: Callable[[int], list[str]],
) -> None:
    [told] = taking(28_801)

    assert told.startswith("service.yaml.steps: hooks, approvals and on_unknown may take 86403 s")
    assert taking(28_800) == []


def test_what_is_asked_once_or_after_the_promotion_does_not_multiply() -> None:
    once = [
        {"name": "a", "at": "after_step", "percent": 50, **HALF_A_DAY},
        {"name": "b", "at": "before_prepare", **HALF_A_DAY},
    ]
    later = [
        {"name": point.replace("_", "-"), "at": point, **HALF_A_DAY}
        for point in ("after_promotion", "after_restore")
    ]

    assert complaints(*once, *later) == []
    assert complaints(*once, {"name": "c", "at": "after_ready", "timeout_seconds": 1}) != []


def test_the_looks_for_answers_must_fit_an_execution_s_history_too() -> None:
    """A day of bakes takes 1 456 of 1 600, and a short question at each of three steps 30."""
    bakes = [{"percent": percent, "bake_seconds": 28_800} for percent in (10, 50, 100)]
    short = [{"name": f"hook{n}", "at": "after_step", "timeout_seconds": 1} for n in range(5)]
    day = {"steps": bakes, "unknown_patience_seconds": 20}

    [told] = complaints(*short, **day)
    assert told.startswith("service.yaml.steps: with prepare_timeout_seconds, ")
    assert "all that is asked they may take 1606 looks, and 1600 fit" in told
    assert complaints(*short[:4], **day) == []


def test_a_request_s_own_steps_are_counted_as_the_service_s_are() -> None:
    settings = asking({"at": "before_shift", "timeout_seconds": 28_800})
    known = {**REGISTRATION, "settings": settings, "hooks": [target_of("load")]}
    steps = [{"percent": percent, "bake_seconds": 1} for percent in (1, 2, 3, 100)]
    request = Request.from_dict({"service": "shop", "version": "1.1.0", "steps": steps})

    with pytest.raises(RequestInvalid, match=r"^input.steps: hooks, .* may take 115200 s"):
        Deployment.admitted(
            "id", request, Registration.from_dict(known), BUNDLE_RELEASE, at="12:00"
        )


@given(st.floats(0, 100_000))
def test_a_look_comes_after_half_of_what_was_waited_and_ten_minutes_at_most(
    waited: float,
) -> None:
    found = look_seconds(waited)

    assert 5 <= found <= PAUSED_LOOK_SECONDS
    assert found <= max(5, waited + 0.5)


@given(st.integers(1, LONGEST_ASKED_SECONDS))
def test_no_question_costs_more_looks_than_the_settings_count_for_it(seconds: int) -> None:
    at, looks, end = 0, 1, seconds + GRACE_SECONDS
    while at < end:
        at += look_seconds(min(at, end - at))
        looks += 1

    assert looks <= most_looks_for(seconds)
