"""What is secret is told nowhere: tokens, which end waits, and what a release's variables hold.

A variable's value is in the record and in the execution's data by design (the release must be
repeatable), never in a log, an error or a cause: for a secret, name its ARN in the task definition.
"""

import json
from dataclasses import replace
from io import StringIO
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from botocore.stub import Stubber

from tests.core.shop import DEPLOYMENT_ID, GREEN_FLEET, asking, deployment, payload, sides
from tests.fakes import FakeSecrets
from tests.handlers.conftest import CONTEXT, Shop
from tests.handlers.malformed import UNKNOWN, WRONG, changed, places
from tests.handlers.test_admit_request import BUNDLE_KEY, BYTES, MANIFEST
from tests.handlers.test_malformed import MACHINES, NOON, REQUEST, manifest, request
from viridian.adapters.clients import client
from viridian.adapters.records import Records
from viridian.core.errors import (
    HookAwaited,
    Refusal,
    RestoreUnverified,
    SmokeTestFailed,
    ViridianError,
)
from viridian.core.record import admitted, inspected
from viridian.handlers import (
    acquire_lease,
    prepare_candidate,
    restore_traffic,
    smoke_test,
    verify_production,
    warm_candidate,
)
from viridian.handlers.controls import approve, control
from viridian.handlers.events import alarm_changed, candidate_steady, guardian
from viridian.handlers.hooks import take_answer

PLANTED, PIN = "planted-4f1c", 73917391
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
    given = shop.leases, shop.records, shop.executions, MACHINES
    return guardian.handler({"at": NOON}, CONTEXT, *given)


def answer(shop: Shop) -> Any:
    shop.leases.set("shop", hooks={"load": {"asked_at": 1}})
    event = {"answer": "approve", "service": "shop", "by": "alice", "reason": "because"}
    return approve.handler(event, CONTEXT, shop.answers)


def hook(shop: Shop) -> Any:
    shop.leases.set("shop", hooks={"load": {"asked_at": 1}})
    given = {"passes": [], "execution": "load-0f", "given": {"verdict": "pass"}}
    event = payload(take_answer.Input, key="load", at="after_ready", **given)
    return take_answer.handler(event, CONTEXT, shop.answers)


@pytest.mark.parametrize("action", ["pause", "resume", "ship", "abort", "rollback"])
def test_a_control_tells_no_token(waiting: Shop, log: StringIO, action: str) -> None:
    told = ask(waiting, action)

    assert PLANTED not in json.dumps(told) + log.getvalue() + str(waiting.records.controls)


@pytest.mark.parametrize("call", [steady, alarm, acquire, restore, guard, answer, hook])
def test_what_ends_a_wait_or_takes_it_over_tells_no_token(
    waiting: Shop, log: StringIO, call: Any
) -> None:
    try:
        told = json.dumps(call(waiting))
    except Refusal as refusal:
        told = str(refusal)

    kept = str(waiting.records.items) + str(waiting.records.controls)
    kept += str(waiting.executions.started)
    assert told
    assert PLANTED not in told + log.getvalue() + kept


def test_what_a_release_s_variables_hold_is_logged_nowhere(shop: Shop, log: StringIO) -> None:
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    found = manifest(shop, RELEASE)
    event = payload(prepare_candidate.Input)
    event["deployment"]["release"] = found["release"]
    prepare_candidate.handler(event, CONTEXT, shop.fleets, shop.balancers, shop.leases)

    assert found["release"]["environment"]["PASSWORD"] == PLANTED
    assert PLANTED in str(shop.ecs.registered)
    assert "candidate prepared" in log.getvalue()
    assert PLANTED not in log.getvalue()


def test_who_is_asked_is_told_nothing_of_what_a_release_s_variables_hold(shop: Shop) -> None:
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    event = payload(prepare_candidate.Input, settings=asking({"at": "before_prepare"}))
    event["deployment"]["release"] = manifest(shop, RELEASE)["release"]
    given = shop.fleets, shop.balancers, shop.leases, shop.targets, shop.hooks
    with pytest.raises(HookAwaited):
        prepare_candidate.handler(event, CONTEXT, *given)

    assert shop.asked == ["load"]
    assert PLANTED not in str(shop.executions.started)


def test_no_refusal_of_a_release_or_a_request_quotes_what_its_author_may_hold_secret(
    shop: Shop, log: StringIO
) -> None:
    shop.artifacts.put(BUNDLE_KEY, BYTES)
    beside = {**RELEASE, "PASSWORD": PLANTED}
    odd = {**RELEASE, "environment": {"PASS-WORD": PLANTED, "LIST": [PLANTED]}}
    half, key = f"{PLANTED}\ud800", f"PASSWORD={PLANTED}"
    numbers = [{**RELEASE, "environment": {"PIN": pin}} for pin in (PIN, -PIN, PIN + 0.5)]
    refused = [
        *({**RELEASE, name: PIN} for name in ("environment", "command")),
        *({**RELEASE, "command": ["run", wrong]} for wrong in (PIN, half, [PLANTED])),
        *({**RELEASE, "environment": wrong} for wrong in ({"A": half}, {key: ""}, {key: PIN})),
        *numbers,
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
    told += str(refusal.value) + log.getvalue()
    assert PLANTED not in told
    assert str(PIN) not in told


BABBLE = {
    "no HTTP": f"{PLANTED}\r\n\r\n",
    "no version": f"HTTP/{PLANTED} 200 OK\r\n\r\n",
    "no status": f"HTTP/1.1 {PLANTED}\r\n\r\n",
    "no length": f"HTTP/1.1 200 OK\r\nContent-Length: {PLANTED}\r\n\r\n",
    "no chunk": f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{PLANTED}\r\n",
    "cut": f"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{PLANTED}",
}


class Babble(StreamRequestHandler):
    """Answers with what the test says, and with a secret in it."""

    answer = ""

    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(self.answer.encode())


@pytest.mark.parametrize("answer", BABBLE.values(), ids=BABBLE.keys())
def test_what_answers_in_place_of_the_release_is_quoted_nowhere(log: StringIO, answer: str) -> None:
    babble = type("One", (Babble,), {"answer": answer})
    with ThreadingTCPServer(("127.0.0.1", 0), babble) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(SmokeTestFailed) as refusal:
            smoke_test.handler(payload(smoke_test.Input, url=url, colour="green"), CONTEXT)
        server.shutdown()

    assert PLANTED not in str(refusal.value) + log.getvalue()


def test_neither_what_a_check_sends_nor_the_body_that_answers_is_told(
    shop: Shop, log: StringIO
) -> None:
    shop.probe.answers["/orders"] = (200, "1.1.0")
    shop.probe.bodies["/orders"] = f'{{"{PLANTED}": "{PLANTED}", "a": ["{PLANTED}"]}}'.encode()
    check = {
        **{"path": "/orders", "method": "POST", "headers": {"X-Key": PLANTED}, "body": PLANTED},
        **{"body_contains": "no", "json": {"/a": "no", "/b": "no"}},
    }
    given = payload(smoke_test.Input, url="http://shop.example", colour="green")
    given["settings"]["smoke_tests"] = [{"path": "/"}, check]
    with pytest.raises(SmokeTestFailed) as refusal:
        smoke_test.handler(given, CONTEXT, shop.probe)

    assert str(refusal.value).count("POST /orders: wanted") == 3
    assert PLANTED not in str(refusal.value) + log.getvalue()


TOKEN = "viridian/test/shop/token"
ECHO = {
    **{"path": "/orders", "secret_headers": {"Authorization": TOKEN}},
    **{"body_contains": "no", "json": {"/seen": "no"}},
}


@pytest.mark.parametrize("version", ["1.1.0", ""])
@pytest.mark.parametrize("text", [PLANTED, f"{PLANTED}\n", f"{PLANTED}é"])
@pytest.mark.parametrize("function", [warm_candidate, smoke_test, verify_production])
def test_a_secret_that_a_check_sends_is_told_nowhere(
    shop: Shop, log: StringIO, function: ModuleType, text: str, version: str
) -> None:
    """Also where the application answers what it was sent, as its version or in its body."""
    probe = replace(shop.probe, secrets=FakeSecrets(texts={TOKEN: text}))
    probe.answers["/orders"] = (200, version or text)
    probe.bodies["/orders"] = json.dumps({"seen": text}).encode()
    given = payload(function.Input, url="http://shop.example", colour="green")
    given["settings"]["smoke_tests"] = [ECHO]
    try:
        told = json.dumps(function.handler(given, CONTEXT, probe))
    except ViridianError as refusal:
        told = str(refusal)

    was_sent = any(sent["Authorization"] == PLANTED for _, sent in probe.asked)
    assert was_sent is (text == PLANTED)
    assert told
    assert PLANTED not in told + log.getvalue() + json.dumps(given)


SIGNED = f"""\
The request signature we calculated does not match the signature you provided. Check your AWS Secret
Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'POST
/

host:dynamodb.us-east-1.amazonaws.com
x-amz-security-token:{PLANTED}
'"""


def test_what_aws_quotes_of_a_request_with_a_wrong_signature_is_logged_nowhere(
    shop: Shop, log: StringIO
) -> None:
    dynamodb = client("dynamodb")
    given = shop.leases, Records(dynamodb, "deployments"), shop.executions, MACHINES
    with Stubber(dynamodb) as stub:
        stub.add_client_error("get_item", "InvalidSignatureException", SIGNED, 400)
        with pytest.raises(RestoreUnverified):
            guardian.handler({"at": NOON}, CONTEXT, *given)

    assert "does not match the signature you provided" in log.getvalue()
    assert PLANTED not in log.getvalue()
