"""OwnedResource: what CloudFormation asks for is done, and it hears of it whatever came of it."""

import json
from collections.abc import Mapping
from typing import Any

from tests.handlers.conftest import CONTEXT
from viridian.core.owned import Kind, Wanted, name_of
from viridian.handlers.resources.owned_resource import handler

TOLD = {"StackId": "arn:stack", "RequestId": "one", "LogicalResourceId": "Blue"}
GROUP = {"Port": 8080, "HealthCheckPath": "/health", "tags": {"owner": "us", "team": "a"}}
NAME = name_of("shop-blue", "arn:stack", "Blue")


class Groups:
    """Target groups in memory, and what was done to them."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, ...]] = []

    def make(self, wanted: Wanted, name: str) -> str:
        if wanted["Port"] == 0:
            raise ValueError(f"{name}: no port")
        self.done.append(("make", wanted))
        return f"arn:{name}"

    def change(self, arn: str, wanted: Wanted) -> None:
        if wanted["Port"] == 0:
            raise ValueError("Port: is 8080 for life")
        self.done.append(("change", arn, wanted))

    def tag(self, arn: str, tags: Mapping[str, str], gone: list[str]) -> None:
        self.done.append(("tag", arn, tags, gone))

    def delete(self, arn: str) -> None:
        self.done.append(("delete", arn))


def ask(groups: Groups, request: str, **members: Any) -> Mapping[str, str]:
    """What CloudFormation hears, at the URL that it named."""
    heard: dict[str, Mapping[str, str]] = {}
    event = {
        **TOLD,
        "RequestType": request,
        "ResourceType": "Custom::ViridianTargetGroup",
        "ResponseURL": "https://answer/?Signature=secret",
        "ResourceProperties": wanted(GROUP),
        **members,
    }
    handler(event, CONTEXT, {Kind.TARGET_GROUP: groups}, heard.__setitem__)
    [(url, body)] = heard.items()
    assert url == event["ResponseURL"]
    assert body.items() >= TOLD.items()
    return body


def wanted(group: dict[str, Any]) -> dict[str, str]:
    return {"ServiceToken": "arn:function", "Label": "shop-blue", "Wanted": json.dumps(group)}


def test_what_is_made_is_known_by_its_arn() -> None:
    groups = Groups()

    heard = ask(groups, "Create")

    assert (heard["Status"], heard["PhysicalResourceId"]) == ("SUCCESS", f"arn:{NAME}")
    assert groups.done == [("make", GROUP)]


def test_what_could_not_be_made_is_told_and_deleting_it_is_done() -> None:
    groups = Groups()

    heard = ask(groups, "Create", ResourceProperties=wanted({**GROUP, "Port": 0}))
    assert (heard["Status"], heard["Reason"]) == ("FAILED", f"{NAME}: no port")
    deleted = ask(groups, "Delete", PhysicalResourceId=heard["PhysicalResourceId"])

    assert deleted["Status"] == "SUCCESS"
    assert groups.done == []


def test_what_is_deleted_is_named_by_its_arn() -> None:
    groups = Groups()

    assert ask(groups, "Delete", PhysicalResourceId="arn:shop-blue")["Status"] == "SUCCESS"
    assert groups.done == [("delete", "arn:shop-blue")]


def test_an_edit_keeps_the_resource(log: Any) -> None:
    groups, edited = Groups(), {**GROUP, "HealthCheckPath": "/ready", "tags": {"team": "b"}}

    heard = ask(
        groups,
        "Update",
        PhysicalResourceId="arn:shop-blue",
        OldResourceProperties=wanted(GROUP),
        ResourceProperties=wanted(edited),
    )

    assert (heard["Status"], heard["PhysicalResourceId"]) == ("SUCCESS", "arn:shop-blue")
    assert groups.done == [
        ("change", "arn:shop-blue", edited),
        ("tag", "arn:shop-blue", {"team": "b"}, ["owner"]),
    ]
    assert "Signature" not in log.getvalue(), "whoever has the URL may answer"


def test_an_edit_that_cannot_be_is_refused_and_the_resource_stays() -> None:
    groups = Groups()

    heard = ask(
        groups,
        "Update",
        PhysicalResourceId="arn:shop-blue",
        OldResourceProperties=wanted(GROUP),
        ResourceProperties=wanted({**GROUP, "Port": 0}),
    )

    assert (heard["Status"], heard["PhysicalResourceId"]) == ("FAILED", "arn:shop-blue")
    assert heard["Reason"] == "Port: is 8080 for life"
    assert groups.done == []
