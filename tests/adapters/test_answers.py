"""Answers: the first one is kept, recorded, and ends the wait; again, all of it is done again."""

from dataclasses import replace

import pytest

from tests.fakes import FakeExecutions, FakeLeases, FakeRecords
from viridian.adapters.answers import Answers
from viridian.core.hook import Answer, Reply, Verdict
from viridian.core.lease import Holder

PASS = Reply(
    "shop", "one", "load", Answer(Verdict.PASS, "fine"), "hook", "2027-01-15T08:00:00Z", "execution"
)
FAIL = replace(PASS, answer=Answer(Verdict.FAIL, "slow"))


class Answering:
    """A deployment that asked its load test and waits."""

    def __init__(self) -> None:
        self.leases, self.records = FakeLeases(), FakeRecords()
        self.executions = FakeExecutions()
        self.answers = Answers(self.leases, self.records, self.executions)
        self.leases.acquire("shop", "one", now="12:00", watched_alarms=())
        self.leases.ask(Holder("shop", "one", 1), "load", {"asked_at": 1})
        self.wait("token")

    def wait(self, token: str) -> None:
        self.leases.set("shop", waits={"watch": token})
        self.executions.waiting.add(token)

    def take(self, reply: Reply) -> bool:
        is_kept, lease = self.answers.take(reply)
        assert lease == self.leases.get("shop")
        return is_kept

    @property
    def recorded(self) -> list[str]:
        return [made.members["action"] for made in self.records.controls]


@pytest.fixture
def answering() -> Answering:
    return Answering()


def test_an_answer_is_kept_recorded_and_ends_the_wait(answering: Answering) -> None:
    assert answering.take(PASS)

    kept = answering.leases.get("shop").hooks["load"]
    assert kept == {"asked_at": 1, "verdict": "pass", "said": "fine"}
    assert answering.executions.answers == {"token": "{}"}
    [made] = answering.records.controls
    assert (made.service, made.deployment_id) == ("shop", "one")
    assert made.members == {
        "at": "2027-01-15T08:00:00Z",
        "action": "load: pass",
        "by": "hook",
        "reason": "fine",
        "request_id": "execution",
    }


def test_the_same_again_wakes_again_since_the_first_may_have_ended_half_way(
    answering: Answering,
) -> None:
    answering.take(PASS)
    answering.wait("second")

    assert answering.take(PASS)
    assert set(answering.executions.answers) == {"token", "second"}
    assert answering.recorded == ["load: pass"] * 2


@pytest.mark.parametrize(
    "second", [FAIL, replace(PASS, answer=Answer(Verdict.PASS, "fine too"))], ids=["fail", "words"]
)
def test_a_second_answer_changes_nothing(answering: Answering, second: Reply) -> None:
    answering.take(PASS)
    answering.wait("second")

    assert not answering.take(second)
    assert answering.leases.get("shop").hooks["load"]["said"] == "fine"
    assert "second" in answering.executions.waiting
    assert answering.recorded == ["load: pass"]


@pytest.mark.parametrize("wrong", [replace(PASS, key="scan"), replace(PASS, deployment_id="two")])
def test_an_answer_to_what_is_not_asked_changes_nothing(answering: Answering, wrong: Reply) -> None:
    before = answering.leases.get("shop")

    assert not answering.take(wrong)
    assert answering.leases.get("shop") == before
    assert (answering.executions.answers, answering.recorded) == ({}, [])


def test_the_same_answer_of_another_deployment_is_not_taken_for_this_one_s(
    answering: Answering,
) -> None:
    answering.take(PASS)
    answering.wait("second")

    assert not answering.take(replace(PASS, deployment_id="former"))
    assert "second" in answering.executions.waiting


def test_an_answer_that_nobody_waits_for_is_kept_for_the_next_look(answering: Answering) -> None:
    answering.leases.set("shop", waits={})

    assert answering.take(PASS)
    assert answering.leases.get("shop").unheard
