"""Watching a deployment through AWS alone."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from rehearsal.demo.watch import NoEnding, Watch, in_words

MACHINE, EXECUTION = "machine", "arn:aws:states:::execution:machine:shop-1.1.0-abc"


class FakeAccount:
    """What the three services would answer; tests change it between two looks."""

    def __init__(self):
        self.outputs = SimpleNamespace(service="shop", state_machine_arn=MACHINE)
        self.weights = {"blue": 100, "green": 0}
        self.executions = ["old"]
        self.status = "RUNNING"
        self.entered = []
        self.alarms = []

    def client(self, _service):
        return self

    def registration(self):
        side = {"alarms": ["errors"]}
        return {"rule_arn": "rule", "blue": side, "green": side, "shared_alarms": []}

    def describe_rules(self, RuleArns):
        groups = [{"TargetGroupArn": arn, "Weight": w} for arn, w in self.weights.items()]
        forward = {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
        return {"Rules": [{"Actions": [forward]}]}

    def describe_alarms(self, AlarmNames, StateValue, MaxRecords):
        return {"MetricAlarms": [{"AlarmName": name} for name in self.alarms]}

    def list_executions(self, stateMachineArn):
        return {"executions": [{"executionArn": arn} for arn in self.executions]}

    def describe_execution(self, executionArn):
        return {"status": self.status, "error": "Reverted", "cause": "an alarm"}

    def get_execution_history(self, executionArn, reverseOrder, maxResults):
        return {"events": self._events()[::-1]}

    def get_paginator(self, _operation):
        return SimpleNamespace(paginate=lambda executionArn: [{"events": self._events()}])

    def _events(self):
        return [
            {
                "timestamp": datetime.fromtimestamp(at, UTC),
                "stateEnteredEventDetails": {"name": name},
            }
            for at, name in self.entered
        ]


@pytest.fixture
def account():
    return FakeAccount()


@pytest.fixture
def watch(account):
    return Watch(account, "1.1.0")


def start(account, *entered):
    account.executions = [EXECUTION, "old"]
    account.entered = list(entered)


def test_before_the_upload_is_seen_there_is_no_deployment(watch):
    sight = watch.look()
    assert (sight.status, sight.state, sight.is_over) == ("", "", False)


def test_the_new_execution_is_the_deployment(watch, account):
    start(account, (1, "AdmitRequest"), (2, "AcquireLease"))
    sight = watch.look()
    assert (sight.status, sight.state) == ("RUNNING", "AcquireLease")
    assert watch.record.id == "shop-1.1.0-abc"


def test_the_candidate_is_the_side_that_was_not_live(watch, account):
    account.weights = {"blue": 90, "green": 10}
    assert watch.look().candidate_percent == 10


def test_colours_may_be_swapped(account):
    account.weights = {"blue": 0, "green": 100}
    watch = Watch(account, "1.1.0")
    account.weights = {"blue": 25, "green": 75}
    assert watch.look().candidate_percent == 25


def test_a_breach_is_an_alarm_while_traffic_is_shifted(watch, account):
    account.alarms = ["errors"]
    watch.look()
    assert watch.record.breached_at is None
    account.weights = {"blue": 90, "green": 10}
    assert watch.look().firing == ("errors",)
    assert watch.record.breached_at is not None


def test_a_breach_is_dated_to_the_last_look_without_the_alarm(watch, account):
    account.weights = {"blue": 90, "green": 10}
    first, quiet = watch.look(), watch.look()
    account.alarms = ["errors"]
    watch.look()
    watch.look()
    assert first.at <= watch.record.breached_at <= quiet.at


def test_the_restore_is_the_first_sight_without_a_share(watch, account):
    watch.look()
    account.weights = {"blue": 50, "green": 50}
    watch.look()
    assert watch.record.restored_at is None
    account.weights = {"blue": 100, "green": 0}
    restored = watch.look()
    watch.look()
    assert watch.record.restored_at == restored.at


def test_the_end_brings_the_history_and_the_cause(watch, account):
    start(account, (1, "JudgeCandidate"), (2, "WhatNext"), (3, "RestoreTraffic"))
    account.status = "FAILED"
    record = watch.follow()
    assert record.states == ("JudgeCandidate", "WhatNext", "RestoreTraffic")
    assert (record.error, record.cause) == ("Reverted", "an alarm")
    assert record.judged_at == 1


def test_every_sight_is_shown_up_to_the_last(watch, account):
    shown = []

    def end_on_the_second(sight):
        shown.append(sight.status)
        account.status = "SUCCEEDED"

    start(account, (1, "Bake"))
    watch.follow(end_on_the_second)
    assert shown == ["RUNNING", "SUCCEEDED"]


def test_an_upload_that_starts_nothing_is_told(watch):
    watch.record.uploaded_at -= 31
    with pytest.raises(NoEnding, match=r"1\.1\.0: its upload started no execution"):
        watch.follow()


def test_a_deployment_without_an_end_is_told_with_its_state(watch, account):
    start(account, (1, "Bake"))
    watch.record.uploaded_at -= 301
    with pytest.raises(NoEnding, match=r"1\.1\.0: still in Bake after 3[0-5]\d s"):
        watch.follow()


@pytest.mark.parametrize(
    ("state", "words"),
    [("Bake", "Bake"), ("ShiftTraffic", "Shift traffic"), ("ProveWayBack", "Prove way back")],
)
def test_a_state_is_told_in_words(state, words):
    assert in_words(state) == words
