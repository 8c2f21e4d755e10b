"""What is asked: hooks all at once, people after them, each once however often it is looked at."""

import pytest

from tests.core.test_hook import approval, subject
from tests.fakes import FakeExecutions, FakeLeases
from viridian.adapters.hooks import Hooks
from viridian.core.errors import CandidateBreached, FenceStale, HookAwaited, HookFailed
from viridian.core.hook import Subject
from viridian.core.lease import Holder

NOW = 1_800_000_000.25
MACHINE = "arn:hook"
READY = subject(
    "after_ready",
    10,
    {"name": "load", "at": "after_ready"},
    {"name": "scan", "at": "after_ready", "timeout_seconds": 900},
    approvals=[approval(deadline_seconds=3600)],
)
OWN = Holder("shop", READY.deployment.id, 1)


class Asking:
    """A deployment that holds its lease and is at a point where it asks."""

    def __init__(self) -> None:
        self.leases, self.executions = FakeLeases(), FakeExecutions()
        self.hooks = Hooks(self.leases, MACHINE, lambda: self.executions)
        self.leases.acquire("shop", OWN.deployment_id, now="12:00", watched_alarms=("5xx",))

    def look(self, after_seconds: float = 0, subject: Subject = READY, holder: Holder = OWN) -> int:
        return self.hooks.seconds_left(holder, subject, now=NOW + after_seconds)

    def answer(self, key: str, verdict: str) -> None:
        self.leases.answer("shop", OWN.deployment_id, key, verdict=verdict, said="3 of 9 were slow")

    @property
    def asked(self) -> list[str]:
        """The keys of what the hook machine was started for."""
        return [request["key"] for request in self.executions.started.values()]


@pytest.fixture
def asking() -> Asking:
    return Asking()


def test_where_nobody_is_asked_nothing_is_kept_nor_started(asking: Asking) -> None:
    assert asking.look(subject=subject("before_shift", 10)) == 0
    assert (asking.leases.get("shop").hooks, asking.asked) == ({}, [])


def test_all_hooks_of_a_point_are_asked_at_once_and_people_when_they_let_it_pass(
    asking: Asking,
) -> None:
    assert asking.look() == 5
    assert asking.asked == ["load", "scan"]
    asking.answer("load", "pass")
    assert asking.look(60)
    assert asking.asked == ["load", "scan"]

    asking.answer("scan", "pass")
    assert asking.look(80) == 5
    assert asking.asked == ["load", "scan", "go"]
    asking.answer("go", "pass")
    assert asking.look(90) == 0


def test_the_hook_machine_is_told_what_the_lease_then_keeps_under_a_name_of_its_own(
    asking: Asking,
) -> None:
    asking.look()

    [[load, scan], _] = READY.questions()
    assert asking.executions.started == {
        (MACHINE, each.execution_name(OWN.deployment_id)): READY.request(each)
        for each in (load, scan)
    }
    kept = {"asked_at": int(NOW)}
    assert asking.leases.get("shop").hooks == {"load": kept, "scan": kept}


def test_the_next_look_is_as_far_away_as_the_last_question_and_never_past_its_end(
    asking: Asking,
) -> None:
    looks = [asking.look(after) for after in (0, 20, 150)]
    asking.answer("load", "pass")

    assert looks == [5, 20, 30], "150 s later the load test has 30 s left, with the grace"
    assert [asking.look(after) for after in (200, 700, 900)] == [200, 260, 60]


def test_a_start_that_got_lost_is_made_again_under_its_name_and_asks_once(asking: Asking) -> None:
    asking.look()
    before = dict(asking.executions.started)
    asking.executions.started.clear()

    asking.look(5)

    assert asking.executions.started == before


def test_who_has_answered_is_not_asked_again(asking: Asking) -> None:
    asking.look()
    asking.answer("load", "pass")
    asking.executions.started.clear()

    asking.look(5)

    assert asking.asked == ["scan"]


@pytest.mark.parametrize("verdict", ["fail", "inconclusive", "no_answer"])
def test_what_does_not_let_it_pass_ends_the_wait_for_the_others_and_asks_no_people(
    asking: Asking, verdict: str
) -> None:
    asking.look()
    asking.answer("scan", verdict)

    with pytest.raises(HookFailed, match=f"^scan: {verdict}: 3 of 9 were slow$"):
        asking.look(5)
    assert "go" not in asking.asked


def test_silence_is_no_answer_though_the_hook_machine_tells_nothing(asking: Asking) -> None:
    asking.look()

    with pytest.raises(HookFailed, match=r"^load: no_answer: none came in time$"):
        asking.look(180)


def test_while_answers_are_missing_it_is_told_who_is_asked(asking: Asking) -> None:
    with pytest.raises(HookAwaited, match=r"^shop: asked: load, scan, go$"):
        asking.hooks.require_passed(OWN, READY, now=NOW)
    for key in ("load", "scan"):
        asking.answer(key, "pass")
    with pytest.raises(HookAwaited):
        asking.hooks.require_passed(OWN, READY, now=NOW)

    asking.answer("go", "pass")
    asking.hooks.require_passed(OWN, READY, now=NOW)


def test_what_may_not_go_forward_asks_nobody(asking: Asking) -> None:
    with pytest.raises(FenceStale):
        asking.look(holder=Holder("shop", OWN.deployment_id, 2))
    asking.leases.record_breach("shop", "5xx", "bad", seen_at=0)
    with pytest.raises(CandidateBreached):
        asking.look()

    assert asking.asked == []
