"""What is secret is told nowhere: tokens, which end waits, and what a release's variables hold.

A variable's value is in the record and in the execution's data by design (the release must be
repeatable), never in a log, an error or a cause: for a secret, name its ARN in the task definition.
"""

import json
from io import StringIO
from typing import Any

import pytest

from tests.core.shop import DEPLOYMENT_ID, GREEN_FLEET, deployment, payload, sides
from tests.handlers.conftest import CONTEXT, Shop
from tests.handlers.malformed import UNKNOWN, WRONG, changed, places
from tests.handlers.test_admit_request import BUNDLE_KEY, BYTES, MANIFEST
from tests.handlers.test_malformed import REQUEST, manifest, request
from viridian.core.errors import Refusal
from viridian.core.guardian import Machine
from viridian.core.record import admitted, inspected
from viridian.handlers import acquire_lease, prepare_candidate, restore_traffic
from viridian.handlers.controls import control
from viridian.handlers.events import alarm_changed, candidate_steady, guardian

PLANTED = "planted-4f1c"
RELEASE = {**MANIFEST, "environment": {"PASSWORD": PLANTED}, "command": ["run", PLANTED]}


@pytest.fixture
def waiting(shop: Shop) -> Shop:
    """A deployment whose waits have tokens."""
    tokens = {"watch": f"{PLANTED}-watch", GREEN_FLEET: f"{PLANTED}-steady"}
    shop.leases.set("shop", waits=tokens)
    shop.executions.waiting |= set(tokens.values())
    shop.records.write(admitted(deployment(), at="12:00"))
    shop.records.write(inspected("shop", DEPLOYMENT_ID, fence=7, sides=sides()))
    return shop


def ask(shop: Shop, action: str) -> Any:
    event = {"action": action, "service": "shop", "by": "alice", "reason": "because"}
    return control.handler(event, CONTEXT, shop.leases, shop.records, shop.executions)


def steady(shop: Shop) -> Any:
    event = {"service": "shop", "ecs_service": GREEN_FLEET}
    return candidate_steady.handler(event, CONTEXT, shop.leases, shop.executions)


def alarm(shop: Shop) -> Any:
    event = {"service": "shop", "alarm": "shop-elb-5xx"}
    return alarm_changed.handler(event, CONTEXT, shop.leases, shop.executions)


def acquire(shop: Shop) -> Any:
    shop.leases.set("shop", deployment_id="former", phase="standby")
    event = payload(acquire_lease.Input, watched_alarms=())
    return acquire_lease.handler(event, CONTEXT, shop.leases, shop.executions)


def restore(shop: Shop) -> Any:
    event = payload(restore_traffic.Input, breach="bad")
    return restore_traffic.handler(event, CONTEXT, shop.leases, shop.balancers)


def guard(shop: Shop) -> Any:
    machines = {Machine.DEPLOY: "arn:deploy", Machine.STANDBY: "arn:standby"}
    event = {"at": "2026-11-01T12:00:00Z"}
    return guardian.handler(event, CONTEXT, shop.leases, shop.records, shop.executions, machines)


@pytest.mark.parametrize("action", ["pause", "resume", "ship", "abort", "rollback"])
def test_a_control_tells_no_token(waiting: Shop, log: StringIO, action: str) -> None:
    told = ask(waiting, action)

    assert PLANTED not in json.dumps(told) + log.getvalue() + str(waiting.records.controls)


@pytest.mark.parametrize("call", [steady, alarm, acquire, restore, guard])
def test_what_ends_a_wait_or_takes_it_over_tells_no_token(
    waiting: Shop, log: StringIO, call: Any
) -> None:
    try:
        told = json.dumps(call(waiting))
    except Refusal as refusal:
        told = str(refusal)

    kept = str(waiting.records.items) + str(waiting.executions.started)
    assert told
    assert PLANTED not in told + log.getvalue() + kept


def test_what_a_release_s_variables_hold_is_logged_nowhere(shop: Shop, log: StringIO) -> None:
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    found = manifest(shop, RELEASE)
    event = payload(prepare_candidate.Input, release=found["release"])
    prepare_candidate.handler(event, CONTEXT, shop.fleets, shop.balancers, shop.leases)

    assert found["release"]["environment"]["PASSWORD"] == PLANTED
    assert "request admitted" in log.getvalue()
    assert PLANTED not in log.getvalue()


def test_no_refusal_of_a_release_or_a_request_quotes_what_its_author_may_hold_secret(
    shop: Shop, log: StringIO
) -> None:
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    beside = {**RELEASE, "PASSWORD": PLANTED}
    odd = {**RELEASE, "environment": {"PASS-WORD": PLANTED, "LIST": [PLANTED]}}
    refused = [
        *(
            changed(RELEASE, path, wrong)
            for path, _ in places(RELEASE)
            for wrong in (*WRONG, UNKNOWN)
        ),
        *(beside, odd, {**RELEASE, "environment": PLANTED}, {**RELEASE, "command": PLANTED}),
    ]
    told = ""
    for document in refused:
        with pytest.raises(Refusal) as refusal:
            manifest(shop, document)
        told += str(refusal.value)
    with pytest.raises(Refusal) as refusal:
        request(shop, {**REQUEST, "token": PLANTED})

    assert "PASS-WORD" in told
    assert PLANTED not in told + str(refusal.value) + log.getvalue()
