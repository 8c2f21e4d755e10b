"""How a service is known."""

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given

from tests.core.shop import (
    AWS,
    BLUE_FLEET,
    ECS,
    ELB,
    REGISTRATION,
    asking,
    changed,
    registration,
    target_of,
)
from tests.core.strategies import registrations
from viridian.core.errors import RegistrationInvalid
from viridian.core.service.registration import Registration, parameter_name


def test_the_parameter_is_named_after_the_service() -> None:
    assert parameter_name("shop") == "/viridian/services/shop"


def test_a_registration_is_read_from_the_parameter() -> None:
    found = Registration.from_json(json.dumps(REGISTRATION))

    assert found == registration()
    assert (found.blue.colour, found.green.colour) == ("blue", "green")
    assert found.blue.fleet.arn == BLUE_FLEET
    assert found.blue.target_group == "targetgroup/shop-blue/1"


@given(registrations())
def test_what_is_written_is_read_back_the_same(document: dict[str, Any]) -> None:
    found = Registration.from_dict(document)

    assert Registration.from_json(json.dumps(asdict(found))) == found


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("rule_arn", "rule", "rule_arn: must be the production listener rule's ARN"),
        ("production_url", "http://shop/path", r"production_url: must be http\(s\)://host"),
        ("test_url", "ftp://shop", r"test_url: must be http\(s\)://host"),
        ("test_url", "http://user@shop", r"test_url: must be http\(s\)://host"),
        ("test_url", "http://shop:65536", r"test_url: must be http\(s\)://host"),
        ("test_url", "http://:80", r"test_url: must be http\(s\)://host"),
        ("test_url", "http://a:80:80", r"test_url: must be http\(s\)://host"),
        ("test_url", "http://shop..example", r"test_url: must be http\(s\)://host"),
        ("test_url", f"http://{'a' * 64}.example", r"test_url: must be http\(s\)://host"),
        ("connect_to", "10.0.0.1:443", "connect_to: must be a host name"),
        ("load_balancer", "net/shop/1", "load_balancer: must be app/<name>/<id>"),
        ("blue.colour", "green", "blue.colour: must be blue, found 'green'"),
        ("blue.target_group", f"{ELB}:1", "blue.target_group: must be targetgroup/<name>/<id>"),
        ("blue.fleet.kind", "asg", "blue.fleet.kind: must be ecs, found 'asg'"),
        ("blue.fleet.arn", f"{ECS}:cluster/shop", "blue.fleet.arn: must be the ECS service's ARN"),
        ("settings.service", "cart", "settings.service: wanted 'shop', found 'cart'"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(path: str, value: Any, complaint: str) -> None:
    with pytest.raises(RegistrationInvalid, match=f"^registration.{complaint}"):
        Registration.from_dict(changed(REGISTRATION, path, value))


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_parameter_that_holds_no_registration_is_refused(text: str) -> None:
    with pytest.raises(RegistrationInvalid, match=r"registration: (not JSON|must be an object)"):
        Registration.from_json(text)


WITH_A_HOOK = {
    **REGISTRATION,
    "settings": asking({"at": "after_ready"}),
    "hooks": [target_of("load")],
}


@pytest.mark.parametrize("found", [0, 2])
def test_a_hook_calls_one_target(found: int) -> None:
    assert Registration.from_dict(WITH_A_HOOK).hooks[0].kind == "function"
    wanted = f"^registration.hooks: wanted one target of the hook 'load', found {found}; give Blue"

    with pytest.raises(RegistrationInvalid, match=wanted):
        Registration.from_dict({**WITH_A_HOOK, "hooks": [target_of("load")] * found})


@pytest.mark.parametrize(
    ("member", "value", "complaint"),
    [
        ("arn", f"{AWS}:function:load", "must be the ARN of .* named viridian-hook-"),
        ("arn", f"{AWS}:function:my-viridian-hook-load", "must be the ARN"),
        ("arn", "arn:aws:s3:::viridian-hook-load", "must be the ARN"),
        ("kind", "queue", "must be function, workflow or endpoint"),
        ("url", "ftp://load.example", "must be https://"),
        ("name", "Load", "must be a lower-case name"),
    ],
)
def test_a_target_that_the_hook_machine_may_not_call_is_refused(
    member: str, value: str, complaint: str
) -> None:
    with pytest.raises(
        RegistrationInvalid, match=rf"^registration.hooks\[0\].{member}: {complaint}"
    ):
        Registration.from_dict(changed(WITH_A_HOOK, f"hooks.0.{member}", value))


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:lambda:eu-west-1:123456789012:function:viridian-hook-load",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:viridian-hook-load",
        "arn:aws-cn:events:cn-north-1:123456789012:connection/viridian-hook-load/0f",
    ],
)
def test_a_function_a_workflow_and_an_endpoint_s_connection_are_targets(arn: str) -> None:
    found = Registration.from_dict(changed(WITH_A_HOOK, "hooks.0.arn", arn))

    assert found.hooks[0].arn == arn
