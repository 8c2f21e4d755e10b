"""What a deployment asks at its points, what lets it pass, and what is made of an answer."""

from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.shop import (
    BUNDLE_RELEASE,
    DEPLOYMENT_ID,
    REGISTRATION,
    asking,
    settings,
    target_of,
)
from tests.core.test_schema import ANYTHING
from viridian.core.deployment import Deployment
from viridian.core.errors import HookFailed
from viridian.core.hook import (
    GRACE_SECONDS,
    LONGEST_NAME,
    Answer,
    Question,
    Subject,
    Verdict,
    doubt,
)
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration

ASKED_AT = 1_800_000_000
OUTCOMES = ("on_fail", "on_inconclusive", "on_no_answer")
VERDICTS = ("fail", "inconclusive", "no_answer")


def approval(**members: Any) -> dict[str, Any]:
    return {"name": "go", "at": "after_ready", "deadline_seconds": 60, **members}


def subject(point: str, percent: int, *hooks: dict[str, Any], **members: Any) -> Subject:
    """The shop's deployment at this point."""
    asked = asking(*hooks, **members)
    targets = [target_of(hook["name"]) for hook in asked["hooks"]]
    known = {**REGISTRATION, "settings": asked, "hooks": targets}
    release = replace(BUNDLE_RELEASE, environment={"PASSWORD": "hidden"}, secrets={"KEY": "arn:s"})
    deployment = Deployment.admitted(
        DEPLOYMENT_ID,
        Request("shop", "1.1.0"),
        Registration.from_dict(known),
        release,
        at="12:00",
    )
    return Subject(deployment, "green", point, percent, "nothing is wrong")


def keys(point: str, percent: int, *hooks: dict[str, Any], **members: Any) -> list[list[str]]:
    found = subject(point, percent, *hooks, **members).questions()
    return [[question.key for question in group] for group in found]


def question(**members: Any) -> Question:
    [[found], []] = subject("after_ready", 10, {"at": "after_ready", **members}).questions()
    return found


def test_at_a_point_its_hooks_are_asked_and_then_its_people() -> None:
    hooks = [
        {"name": "load", "at": "after_ready"},
        {"name": "scan", "at": "after_ready"},
        {"name": "early", "at": "before_prepare"},
    ]

    assert keys("after_ready", 10, *hooks, approvals=[approval()]) == [["load", "scan"], ["go"]]
    assert keys("before_prepare", 0, *hooks, approvals=[approval()]) == [["early"], []]


@pytest.mark.parametrize("at", ["before_shift", "after_step"])
def test_what_is_asked_at_every_step_has_a_key_for_each(at: str) -> None:
    people = approval(at=at)

    found = [keys(at, percent, {"at": at}, approvals=[people]) for percent in (10, 100)]

    assert found == [[["load-10"], ["go-10"]], [["load-100"], ["go-100"]]]


@pytest.mark.parametrize("at", ["before_prepare", "after_ready", "after_promotion"])
def test_what_comes_once_is_called_by_its_name_whatever_the_share(at: str) -> None:
    assert [keys(at, percent, {"at": at})[0] for percent in (0, 10, 100)] == [["load"]] * 3


def test_what_names_a_share_is_asked_under_one_key_from_the_first_step_that_reaches_it() -> None:
    asked = {"at": "after_step", "percent": 30}
    people = approval(at="after_step", percent=50)

    found = [keys("after_step", percent, asked, approvals=[people]) for percent in (10, 50, 100)]

    assert found == [[[], []], [["load"], ["go"]], [["load"], ["go"]]]


def test_a_hook_is_told_what_it_needs_to_know_and_nothing_secret() -> None:
    asked = subject("after_ready", 10, {"at": "after_ready", "on_fail": "advance"})
    [[question], _] = asked.questions()

    request = asked.request(question)

    assert request.pop("asked") == {
        "hook": "load",
        "at": "after_ready",
        "service": "shop",
        "version": "1.1.0",
        "deployment_id": DEPLOYMENT_ID,
        "candidate_percent": 10,
        "test_url": "http://shop.example:8080",
        "production_url": "http://shop.example:80",
        "connect_to": "balancer.example",
        "headers": {"X-Viridian-Target": "green"},
    }
    assert request == {
        "service": "shop",
        "deployment_id": DEPLOYMENT_ID,
        "key": "load",
        "at": "after_ready",
        "seconds": 120,
        "passes": ["pass", "fail"],
        "target": {**target_of("load"), "url": None},
        "evidence": "nothing is wrong",
    }


def test_people_are_asked_for_as_long_as_they_have() -> None:
    [_, [found]] = subject("after_ready", 10, approvals=[approval()]).questions()

    assert (found.seconds, found.target, found.passes) == (60, {"kind": "people"}, ("pass",))


def test_people_who_are_asked_about_doubt_have_until_the_deadline_and_must_say_yes() -> None:
    found = doubt(replace(settings(), unknown_deadline_seconds=90), 50)

    assert (found.key, found.at, found.seconds) == ("unknown-50", "after_step", 90)
    assert (found.passes, found.target) == (("pass",), {"kind": "people"})


def outcome(question: Question, verdict: str) -> Any:
    kept = {"asked_at": ASKED_AT, "verdict": verdict, "said": "3 of 9 were slow"}
    try:
        return question.seconds_left(kept, now=ASKED_AT)
    except HookFailed as failed:
        return str(failed)


@pytest.mark.parametrize("advancing", [(), *((name,) for name in OUTCOMES), OUTCOMES])
def test_a_pass_lets_it_pass_and_else_what_the_service_lets_advance(
    advancing: tuple[str, ...],
) -> None:
    asked = question(**dict.fromkeys(advancing, "advance"))

    assert outcome(asked, "pass") == 0
    for verdict, name in zip(VERDICTS, OUTCOMES, strict=True):
        told = f"load: {verdict}: 3 of 9 were slow"
        assert outcome(asked, verdict) == (0 if name in advancing else told)


@pytest.mark.parametrize("on_no_answer", ["restore", "advance"])
def test_of_people_a_rejection_always_restores(on_no_answer: str) -> None:
    people = approval(on_no_answer=on_no_answer)
    [_, [asked]] = subject("after_ready", 10, approvals=[people]).questions()

    assert outcome(asked, "fail") == "go: fail: 3 of 9 were slow"
    assert outcome(asked, "no_answer") == (
        0 if on_no_answer == "advance" else "go: no_answer: 3 of 9 were slow"
    )


def test_an_answer_is_waited_for_until_its_time_is_over_and_the_hook_machine_s_grace() -> None:
    asked, kept = question(), {"asked_at": ASKED_AT}

    assert asked.seconds_left(kept, now=ASKED_AT + 20) == 100 + GRACE_SECONDS
    assert asked.seconds_left(kept, now=ASKED_AT + 179) == 1
    with pytest.raises(HookFailed, match=r"^load: no_answer: none came in time$"):
        asked.seconds_left(kept, now=ASKED_AT + 180)
    assert question(on_no_answer="advance").seconds_left(kept, now=ASKED_AT + 180) == 0


def test_a_verdict_counts_however_late_it_is_looked_at() -> None:
    kept = {"asked_at": ASKED_AT, "verdict": "pass", "said": ""}

    assert question().seconds_left(kept, now=ASKED_AT + 9_999) == 0


def test_a_question_s_execution_is_called_the_same_each_time_and_as_no_other_is() -> None:
    long, other = "d" * 80, "d" * 79 + "e"
    asked = [replace(question(), name="n" * 32, key=f"{'n' * 32}-{n}") for n in (10, 100)]
    names = [each.execution_name(name) for each in asked for name in (long, other)]

    assert names == [each.execution_name(name) for each in asked for name in (long, other)]
    assert len(set(names)) == 4
    assert {len(name) for name in names} == {LONGEST_NAME}
    assert question().execution_name("shop-1").startswith("load-")
    assert question().execution_name("shop-1").endswith("-shop-1")


@pytest.mark.parametrize(
    ("given", "verdict", "told"),
    [
        ({"verdict": "pass"}, "pass", "no reason given"),
        ({"verdict": "fail", "reason": "9 of\n 9\tfailed"}, "fail", "9 of 9 failed"),
        ({"verdict": "pass", "link": "https://a/1"}, "pass", "https://a/1"),
        ({"verdict": "pass", "reason": "r", "link": "https://a/1"}, "pass", "r https://a/1"),
        ({"verdict": "pass", "reason": "r", "link": "http://a/1"}, "pass", "r"),
        ({"verdict": "pass", "reason": "r", "link": "https://a/1 2"}, "pass", "r"),
        ({"verdict": "pass", "reason": "r", "link": "https://a/\n"}, "pass", "r"),
        ({"verdict": "pass", "reason": "r", "link": f"https://{'a' * 993}"}, "pass", "r"),
        ({"verdict": "inconclusive", "reason": "r" * 201}, "inconclusive", "r" * 200),
        ({"verdict": "no_answer", "reason": "States.Timeout"}, "no_answer", "States.Timeout"),
    ],
)
def test_an_answer_is_its_verdict_and_why_and_where_to_read_on(
    given: Any, verdict: str, told: str
) -> None:
    assert Answer.of_hook(given) == Answer(Verdict(verdict), told)


@pytest.mark.parametrize(
    "given", [None, "pass", [], {}, {"verdict": "PASS"}, {"verdict": ["pass"]}]
)
def test_what_is_no_verdict_is_no_answer(given: Any) -> None:
    found = Answer.of_hook(given)

    assert (found.verdict, found.said[:28]) == ("no_answer", "it answered without a verdic")


WORDS = ANYTHING | st.text(max_size=3_000) | st.text("\ud83d\u2028\x85 \t\n\x1c", min_size=1)
LINKS = WORDS | st.text(max_size=2_000).map(lambda rest: f"https://{rest}")


@given(
    ANYTHING
    | st.fixed_dictionaries(
        {"verdict": st.sampled_from([*Verdict]) | ANYTHING},
        optional={"reason": WORDS, "link": LINKS},
    )
)
def test_whatever_a_hook_answers_is_a_verdict_and_one_short_line_that_can_be_kept(
    given: Any,
) -> None:
    found = Answer.of_hook(given)

    assert found.verdict in tuple(Verdict)
    assert len(found.said.splitlines()) == 1
    assert len(found.said) <= 1_300
    assert found.said.encode()
    assert asdict(found)
