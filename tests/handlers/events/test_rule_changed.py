"""RuleChanged: who wrote a service's production rule, as CloudTrail tells it."""

from typing import Any

import pytest

from tests.handlers.conftest import CONTEXT, Shop
from viridian.handlers.events.rule_changed import handler

# The identities are those of AWS's examples: CloudTrail userIdentity element.
ALICE = {
    "type": "IAMUser",
    "principalId": "AIDAJ45Q7YFFAREXAMPLE",
    "arn": "arn:aws:iam::123456789012:user/Alice",
    "accountId": "123456789012",
    "accessKeyId": "",
    "userName": "Alice",
}
ROLE = {
    "type": "AssumedRole",
    "principalId": "AROAIDPPEZS35WEXAMPLE:AssumedRoleSessionName",
    "arn": "arn:aws:sts::123456789012:assumed-role/RoleToBeAssumed/MySessionName",
    "accountId": "123456789012",
    "accessKeyId": "",
    "sessionContext": {
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROAIDPPEZS35WEXAMPLE",
            "arn": "arn:aws:iam::123456789012:role/RoleToBeAssumed",
            "accountId": "123456789012",
            "userName": "RoleToBeAssumed",
        },
        "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-11-01T11:58:52Z"},
    },
}
SERVICE = {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}


def tell(shop: Shop, at: str = "2026-11-01T12:00:00Z", identity: Any = ALICE) -> dict[str, Any]:
    event = {"service": "shop", "at": at, "identity": identity, "ip": "203.0.113.7"}
    return handler(event, CONTEXT, shop.leases, shop.executions)


def wait(shop: Shop, **members: Any) -> None:
    shop.leases.set("shop", waits={"watch": "token"}, **members)
    shop.executions.waiting.add("token")


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        (ALICE, "arn:aws:iam::123456789012:user/Alice"),
        (ROLE, "arn:aws:sts::123456789012:assumed-role/RoleToBeAssumed/MySessionName"),
        (SERVICE, "cloudformation.amazonaws.com"),
        ({"type": "Unknown"}, "Unknown"),
        (None, "somebody"),
    ],
)
def test_it_is_kept_who_wrote_the_rule(shop: Shop, identity: Any, who: str) -> None:
    tell(shop, identity=identity)

    assert shop.leases.get("shop").changed_by == f"2026-11-01T12:00:00Z by {who} from 203.0.113.7"


def test_the_deployment_is_woken_to_look_for_itself(shop: Shop) -> None:
    wait(shop)

    assert tell(shop) == {"is_woken": True}
    assert shop.executions.answers == {"token": "{}"}


def test_an_event_that_comes_twice_or_late_wakes_nobody_again(shop: Shop) -> None:
    tell(shop)
    wait(shop)

    assert tell(shop) == {"is_woken": False}
    assert tell(shop, "2026-11-01T11:59:59Z") == {"is_woken": False}
    assert str(shop.leases.get("shop").changed_by).startswith("2026-11-01T12:00:00Z")


def test_one_that_is_held_is_not_woken(shop: Shop) -> None:
    """Each waking costs its execution some of its history."""
    wait(shop, paused="held")

    assert tell(shop) == {"is_woken": False}


def test_where_no_deployment_is_in_progress_nothing_is_kept(shop: Shop) -> None:
    shop.leases.set("shop", deployment_id=None)

    assert tell(shop) == {"is_woken": False}
    assert shop.leases.get("shop").changed_by is None
