"""What a release must answer: the checks of a service file."""

from typing import Any

import pytest

from tests.core.shop import SETTINGS
from viridian.core.errors import RegistrationInvalid
from viridian.core.service.settings import Settings
from viridian.core.service.smoke_tests import METHODS, SAFE, WITH_BODY, SmokeTest

SECRET = "planted-4f1c"
ONE_OF = "method: must be one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, found"
NAMES = "abcdefghijklmnopqrstu"
CHECK = "service.yaml.smoke_tests[1]"


def read(*checks: dict[str, Any]) -> tuple[SmokeTest, ...]:
    """These checks, after a plain one."""
    document = SETTINGS | {"smoke_tests": [{"path": "/"}, *checks]}
    return Settings.from_dict(document, "service.yaml").smoke_tests


def refusal_of(*checks: dict[str, Any]) -> str:
    with pytest.raises(RegistrationInvalid) as refusal:
        read(*checks)
    return str(refusal.value)


def test_a_check_is_read_whole() -> None:
    check: dict[str, Any] = {
        "path": "/orders",
        "status": 201,
        "method": "POST",
        "headers": {"Content-Type": "application/json"},
        "secret_headers": {"Authorization": "viridian/test/shop/token"},
        "body": '{"dry_run": true}',
        "body_contains": "accepted",
        "json": {"/status": "ok", "/error": None, "/checks/0/ok": True, "/a~1b": 1.5},
        "max_seconds": 2,
    }

    assert read(check)[1] == SmokeTest(**check)


def test_a_check_is_a_get_that_wants_200_and_no_more_unless_it_says_otherwise() -> None:
    assert read()[0] == SmokeTest("/", 200, None, "GET", {}, {}, None, None, {}, None)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        (
            "method",
            "get",
            ONE_OF,
        ),
        (
            "method",
            "TRACE",
            ONE_OF,
        ),
        ("max_seconds", 0, "max_seconds: must be a number from 0.001 to 5, found 0"),
        ("max_seconds", 5.1, "max_seconds: must be a number from 0.001 to 5, found 5.1"),
        ("body", 1, "body: must be a text, found a number"),
        ("body_contains", "", "body_contains: must be a text of at most 200 characters, found ''"),
        ("body_contains", "x" * 201, "body_contains: must be a text of at most 200 characters, fo"),
        ("headers", {"X": 1}, "headers.X: must be a text, found a number; quote it"),
        ("headers", dict.fromkeys(NAMES, ""), "headers: must have at most 20 entries, found 21"),
        ("json", {f"/{n}": 1 for n in NAMES}, "json: must have at most 20 entries, found 21"),
        ("json", {"/a": "\ud800"}, "json./a: must be a text, found half a character"),
    ],
)
def test_a_value_that_is_none_is_refused_with_its_path(
    key: str, value: Any, complaint: str
) -> None:
    assert refusal_of({"path": "/", key: value}).startswith(f"{CHECK}.{complaint}")


@pytest.mark.parametrize(
    "name", ["Host", "host", "X-Viridian-Target", "USER-AGENT", "Content-Length", "Connection"]
)
def test_a_header_that_viridian_sets_is_refused(name: str) -> None:
    found = refusal_of({"path": "/", "headers": {name: SECRET}})

    assert found == f"{CHECK}.headers.{name}: is set by Viridian alone"


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Proxy-Authorization"])
def test_a_credential_is_refused_and_not_quoted(name: str) -> None:
    found = refusal_of({"path": "/", "headers": {name: SECRET}})

    assert found.startswith(f"{CHECK}.headers.{name}: is a credential, and everybody may read it")
    assert "name a secret that has it in secret_headers" in found
    assert SECRET not in found


@pytest.mark.parametrize(
    "name",
    [
        *(SECRET, "viridian/test/shop", "viridian/test/shop/", "viridian/test/cart/token"),
        *("viridian/test/shop2/token", "/viridian/test/shop/token", "viridian/test/shop/a b"),
        *("arn:aws:secretsmanager:eu-west-1:1:secret:viridian/test/shop/token", ""),
        *("viridian/test/shop/é", "viridian/test/shop/a\n", "viridian/test/shop/" + "x" * 512),
    ],
)
def test_a_secret_that_is_not_the_service_s_own_is_refused_and_not_quoted(name: str) -> None:
    found = refusal_of({"path": "/", "secret_headers": {"Authorization": name}})

    place, prefix = f"{CHECK}.secret_headers.Authorization", "viridian/test/shop/"
    wanted = f"must be the name of a secret that begins with {prefix}, never its value"
    assert found == f"{place}: {wanted}"


@pytest.mark.parametrize("name", ["Host", "X-Viridian-Target", "CONNECTION"])
def test_a_header_that_viridian_sets_is_no_secret(name: str) -> None:
    found = refusal_of({"path": "/", "secret_headers": {name: "viridian/test/shop/token"}})

    assert found == f"{CHECK}.secret_headers.{name}: is set by Viridian alone"


@pytest.mark.parametrize(
    ("headers", "others"), [({"x-key": ""}, {}), ({}, {"x-key": "viridian/test/shop/token"})]
)
def test_a_header_is_a_text_or_a_secret_and_one_alone(
    headers: dict[str, str], others: dict[str, str]
) -> None:
    secrets = {**others, "X-Key": "viridian/test/shop/token"}
    found = refusal_of({"path": "/", "headers": headers, "secret_headers": secrets})

    complaint = "is there twice, or in `headers` as well; give it once"
    assert f"{CHECK}.secret_headers.X-Key: {complaint}" in found


@pytest.mark.parametrize("value", ["a\r\nHost: b", "a\n", "\0", "\x7f", "é", "x" * 1025])
def test_a_header_s_value_that_is_no_line_is_refused_and_not_quoted(value: str) -> None:
    found = refusal_of({"path": "/", "headers": {"X-Key": SECRET + value}})

    assert found == f"{CHECK}.headers.X-Key: must be at most 1024 printable characters of ASCII"


@pytest.mark.parametrize("name", ["", "X Y", "X:", "X\r\n", "é", "x" * 65])
def test_a_header_s_name_that_is_none_is_refused(name: str) -> None:
    found = refusal_of({"path": "/", "headers": {name: SECRET}})

    assert found == f"{CHECK}.headers: key {name!r} must be a header name of at most 64 characters"


@pytest.mark.parametrize("pointer", ["status", "a/b", "/a~", "/a~2", "/a\n", "#/a"])
def test_a_pointer_that_is_none_is_refused(pointer: str) -> None:
    found = refusal_of({"path": "/", "json": {pointer: "ok"}})

    wanted = "a JSON Pointer (RFC 6901), such as /checks/0/ok"
    assert found == f"{CHECK}.json: key {pointer!r} must be {wanted}"


@pytest.mark.parametrize("value", [[], {}, float("nan"), float("inf"), 2**53 + 1, 10**400])
def test_only_what_can_be_compared_is_wanted_at_a_pointer(value: Any) -> None:
    found = refusal_of({"path": "/", "json": {"/status": value}})

    assert found.startswith(f"{CHECK}.json./status: must be a text, a number, true, false or null")


@pytest.mark.parametrize("method", METHODS)
def test_a_body_goes_with_what_takes_one(method: str) -> None:
    check = {"path": "/", "method": method, "body": SECRET}

    if method in WITH_BODY:
        assert read(check)[1].body == SECRET
    else:
        wanted = f"{CHECK}.body: goes with POST, PUT, PATCH alone, found {method}"
        assert refusal_of(check) == wanted


def test_what_is_never_answered_cannot_be_wanted() -> None:
    head = {"path": "/", "method": "HEAD", "body_contains": "x", "json": {"/a": 1}}
    post = {"path": "/", "method": "POST", "production_status": 302}

    assert refusal_of(head, post).splitlines() == [
        f"{CHECK}.body_contains: is never answered: a HEAD gets no body",
        f"{CHECK}.json: is never answered: a HEAD gets no body",
        "service.yaml.smoke_tests[2].production_status: is never answered: "
        "production is asked no POST",
    ]


@pytest.mark.parametrize("method", METHODS)
def test_one_check_must_be_one_that_production_is_asked(method: str) -> None:
    document = SETTINGS | {"smoke_tests": [{"path": "/", "method": method}]}

    if method in SAFE:
        found = Settings.from_dict(document, "service.yaml")
        assert found.safe_checks == found.smoke_tests
        return
    with pytest.raises(
        RegistrationInvalid, match=r"^service.yaml.smoke_tests: one at least must be a GET, HEAD"
    ):
        Settings.from_dict(document, "service.yaml")


def test_what_changes_something_is_none_of_the_safe_checks() -> None:
    document = SETTINGS | {"smoke_tests": [{"path": "/", "method": m} for m in METHODS]}

    found = Settings.from_dict(document, "service.yaml").safe_checks
    assert [check.method for check in found] == ["GET", "HEAD", "OPTIONS"]


@pytest.mark.parametrize(("letter", "count"), [("x", 4000), ("é", 2000)])
def test_checks_that_a_registration_cannot_hold_are_refused_and_not_quoted(
    letter: str, count: int
) -> None:
    found = refusal_of({"path": "/", "method": "POST", "body": letter * count})

    assert found.startswith(
        "service.yaml.smoke_tests: must be at most 4096 bytes of JSON together, found 4"
    )
    assert letter * 20 not in found
    assert read({"path": "/", "method": "POST", "body": letter * (count - 400)})


def test_what_cloudformation_would_take_for_a_reference_is_refused() -> None:
    value = "{{resolve:secretsmanager:token}}"

    found = refusal_of({"path": "/", "headers": {"X-Key": value}})
    assert found.startswith("service.yaml.smoke_tests: must not hold {{, which CloudFormation")
