"""Watching a deployment through AWS alone."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from viridian.core.execution import execution_arn
from viridian_cli.deployment import Deployment, NoEnding, in_words

Answer = dict[str, Any]
ARN = "arn:aws:states:us-east-1:1:execution:machine:shop-1.1.0-abc"
SIDES = {
    colour: {"target_group_arn": f"{colour}-group", "alarms": [f"{colour}-errors"]}
    for colour in ("blue", "green")
}
REGISTRATION = {"rule_arn": "rule", **SIDES, "shared_alarms": ["elb-5xx"]}


class NoExecution(Exception):
    pass


class FakeAccount:
    """What the three services would answer; tests change it between two looks."""

    exceptions = SimpleNamespace(ExecutionDoesNotExist=NoExecution)

    def __init__(self) -> None:
        self.weights = {"blue": 100, "green": 0}
        self.status = ""
        self.entered: list[tuple[str, float]] = []
        self.alarms: dict[str, list[str]] = {"MetricAlarms": [], "CompositeAlarms": []}

    def describe_rules(self, RuleArns: list[str]) -> Answer:
        assert RuleArns == ["rule"]
        groups = [
            {"TargetGroupArn": f"{colour}-group", "Weight": weight}
            for colour, weight in self.weights.items()
        ]
        forward = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
        return {"Rules": [{"Actions": [forward]}]}

    def describe_alarms(self, *, AlarmNames: list[str], **_: object) -> Answer:
        assert AlarmNames == ["blue-errors", "green-errors", "elb-5xx"]
        firing = {"StateValue": "ALARM"}
        return {
            kind: [{"AlarmName": name, **firing} for name in names]
            for kind, names in self.alarms.items()
        }

    def describe_execution(self, executionArn: str) -> Answer:
        if executionArn != ARN or not self.status:
            raise NoExecution
        return {"status": self.status, "error": "Reverted", "cause": "an alarm"}

    def get_execution_history(self, **_: object) -> Answer:
        return {"events": self._events()[::-1]}

    def get_paginator(self, _operation: str) -> SimpleNamespace:
        pages = [{"events": [event]} for event in self._events()]
        return SimpleNamespace(paginate=lambda executionArn: pages)

    def _events(self) -> list[Answer]:
        return [
            {
                "timestamp": datetime.fromtimestamp(at, UTC),
                "stateEnteredEventDetails": {"name": name},
            }
            for name, at in self.entered
        ]


@pytest.fixture
def account() -> FakeAccount:
    return FakeAccount()


@pytest.fixture
def deployment(account: FakeAccount) -> Deployment:
    return Deployment(lambda _service: account, ARN, REGISTRATION)


def start(account: FakeAccount, *states: str) -> None:
    account.status = "RUNNING"
    account.entered = [(state, at) for at, state in enumerate(states, 1)]


def test_a_deployment_is_the_execution_of_its_name(deployment: Deployment) -> None:
    assert execution_arn("arn:aws:states:us-east-1:1:stateMachine:machine", deployment.id) == ARN


@pytest.mark.parametrize("states", [(), ("AdmitRequest",), ("AdmitRequest", "AcquireLease")])
def test_the_newest_state_is_told_and_none_before_the_upload_is_seen(
    deployment: Deployment, account: FakeAccount, states: tuple[str, ...]
) -> None:
    if states:
        start(account, *states)
    sight = deployment.look()
    expected = ("RUNNING", states[-1]) if states else ("", "")
    assert (sight.status, sight.state, sight.is_over) == (*expected, False)


@pytest.mark.parametrize(("live", "candidate"), [("blue", "green"), ("green", "blue")])
def test_the_candidate_is_the_side_that_had_no_traffic(
    account: FakeAccount, live: str, candidate: str
) -> None:
    account.weights = {live: 100, candidate: 0}
    deployment = Deployment(lambda _service: account, ARN, REGISTRATION)
    account.weights = {live: 10, candidate: 90}
    assert deployment.look().candidate_percent == 90


def test_the_candidate_that_a_record_names_is_known_late_in_its_deployment(
    account: FakeAccount,
) -> None:
    account.weights = {"blue": 0, "green": 100}
    deployment = Deployment(lambda _service: account, ARN, REGISTRATION)
    deployment.candidate = "green"
    assert deployment.look().candidate_percent == 100


def test_alarms_of_both_kinds_are_told(deployment: Deployment, account: FakeAccount) -> None:
    account.alarms = {"MetricAlarms": ["green-errors"], "CompositeAlarms": ["elb-5xx"]}
    assert deployment.look().firing == ("green-errors", "elb-5xx")


def test_every_sight_is_told_up_to_the_last(deployment: Deployment, account: FakeAccount) -> None:
    start(account, "Bake")
    statuses = []
    for sight in deployment.follow(every_seconds=0):
        statuses.append(sight.status)
        account.status = "SUCCEEDED"
    assert statuses == ["RUNNING", "SUCCEEDED"]


def test_the_ending_tells_why_and_what_it_went_through(
    deployment: Deployment, account: FakeAccount
) -> None:
    start(account, "Bake", "RestoreTraffic")
    account.status = "FAILED"
    ending = deployment.ending(every_seconds=0)
    assert (ending.status, ending.error, ending.cause) == ("FAILED", "Reverted", "an alarm")
    assert ending.visits == (("Bake", 1.0), ("RestoreTraffic", 2.0))
    assert ending.states == ["Bake", "RestoreTraffic"]


@pytest.mark.parametrize(
    ("states", "complaint"),
    [((), "shop-1.1.0-abc: no execution"), (("Bake",), "shop-1.1.0-abc: still in Bake after")],
)
def test_what_does_not_come_in_time_is_told(
    deployment: Deployment, account: FakeAccount, states: tuple[str, ...], complaint: str
) -> None:
    if states:
        start(account, *states)
    with pytest.raises(NoEnding, match=complaint):
        list(deployment.follow(every_seconds=0, start_seconds=0, longest_seconds=0))


@pytest.mark.parametrize(
    ("state", "words"),
    [("Bake", "Bake"), ("ShiftTraffic", "Shift traffic"), ("ProveWayBack", "Prove way back")],
)
def test_a_state_is_told_in_words(state: str, words: str) -> None:
    assert in_words(state) == words
