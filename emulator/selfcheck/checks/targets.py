"""Targets: their health is the one that was seen, and requests go where they are said to be."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from emulator import targets
from emulator.selfcheck.asking import eventually, expect, status_of
from emulator.selfcheck.subject import SERVED, Check, Subject, only

Target = dict[str, Any]

SPARE = "/spare"
LOOPBACK = "127.0.0.1"


def targets_are_keyed_by_port(subject: Subject) -> None:
    group, wanted = subject.groups[0], [_closed(2), _closed(3)]
    _register(subject, group, *wanted)
    expect([target["State"] for target in _health(subject, group, *wanted)], ["initial"] * 2)


def groups_in_no_rule_are_unused(subject: Subject) -> None:
    with _spare_group(subject, is_used=False) as group:
        _register(subject, group, _closed(1))
        expect(_health(subject, group)[0]["Reason"], "Target.NotInUse")


def health_is_what_was_seen(subject: Subject) -> Iterator[None]:
    answering, silent = subject.once(serving_group), subject.groups[0]
    _register(subject, silent, _closed(1))
    yield
    eventually(lambda: _health(subject, answering), lambda found: found == [{"State": "healthy"}])
    failing = "Elb.InitialHealthChecking"
    eventually(
        lambda: _health(subject, silent, _closed(1))[0], lambda found: found["Reason"] == failing
    )


def registered_targets_are_routed(subject: Subject) -> None:
    with _spare_group(subject) as group:
        expect(status_of(subject.port, SPARE), 503)
        _register(subject, group, _closed(1))
        expect(status_of(subject.port, SPARE), 502)


def deregistered_targets_drain(subject: Subject) -> None:
    group, target = subject.groups[0], _closed(4)
    _register(subject, group, target)
    subject.client("elbv2").deregister_targets(TargetGroupArn=group, Targets=[target])
    expect([target["State"] for target in _health(subject, group, target)], ["draining"])


def told_health_is_routed(subject: Subject) -> None:
    """Also when the data plane has not heard of the change yet."""
    with _spare_group(subject) as group, _unannounced():
        _register(subject, group, _closed(1))
        expect(_health(subject, group)[0]["State"], "initial")
        expect(status_of(subject.port, SPARE), 502)


def deleted_groups_have_no_targets(subject: Subject) -> None:
    with _spare_group(subject, is_used=False) as group:
        targets.register(group, LOOPBACK, 1)
    expect(targets.registry.targets(group), [])


def serving_group(subject: Subject) -> str:
    """A group behind `SERVED` with one target that answers."""
    group = subject.group("serving")
    subject.route(SERVED, 20, only(group))
    port = urlsplit(os.environ["AWS_ENDPOINT_URL"]).port
    _register(subject, group, {"Id": LOOPBACK, "Port": port})
    return group


@contextlib.contextmanager
def _spare_group(subject: Subject, *, is_used: bool = True) -> Iterator[str]:
    """A group behind `SPARE`, deleted again: Envoy has a limit of the files it can watch."""
    elbv2, group = subject.client("elbv2"), subject.group("spare")
    rules = [subject.route(SPARE, 21, only(group))] if is_used else []
    try:
        yield group
    finally:
        for rule in rules:
            elbv2.delete_rule(RuleArn=rule)
        elbv2.delete_target_group(TargetGroupArn=group)


def _closed(port: int) -> Target:
    """A target that does not answer: nobody listens on these ports."""
    return {"Id": LOOPBACK, "Port": port}


def _register(subject: Subject, group: str, *wanted: Target) -> None:
    subject.client("elbv2").register_targets(TargetGroupArn=group, Targets=wanted)


def _health(subject: Subject, group: str, *wanted: Target) -> list[dict[str, str]]:
    """Of these targets; of all if none is named."""
    request = {"TargetGroupArn": group, **({"Targets": wanted} if wanted else {})}
    found = subject.client("elbv2").describe_target_health(**request)
    return [target["TargetHealth"] for target in found["TargetHealthDescriptions"]]


@contextlib.contextmanager
def _unannounced() -> Iterator[None]:
    announce = targets.registry.on_change
    targets.registry.on_change = lambda: None
    try:
        yield
    finally:
        targets.registry.on_change = announce


CHECKS: dict[Check, str] = {
    targets_are_keyed_by_port: "elbv2.target_health",
    groups_in_no_rule_are_unused: "elbv2.target_health",
    health_is_what_was_seen: "elbv2.target_health",
    registered_targets_are_routed: "elbv2.publishing/on_change",
    deregistered_targets_drain: "elbv2.target_health",
    told_health_is_routed: "elbv2.publishing/DescribeTargetHealth",
    deleted_groups_have_no_targets: "elbv2.target_health",
}
