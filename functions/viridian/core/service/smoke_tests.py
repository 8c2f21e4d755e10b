"""What a release must answer: the checks of a service file."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, ClassVar

from viridian.core.schema import Limits, Rules, Scalar

TARGET_HEADER = "X-Viridian-Target"
"""Selects a colour on the test listener."""

PATIENCE_SECONDS = 5.0
"""The longest that an answer is waited for."""

MOST_CHECKS = 10
"""Smoke tests of a service: VerifyProduction asks each ten times within two minutes."""

MOST_BYTES = 4096
"""Of all checks as JSON: the registration that holds them is a parameter of at most 8 KiB."""

CHECKS = Limits(1, MOST_CHECKS, hint=f"1 to {MOST_CHECKS} checks")
PATH = Limits(pattern=r"/[!-~]*", hint="a path that starts with /")

SAFE = ("GET", "HEAD", "OPTIONS")
WITH_BODY = ("POST", "PUT", "PATCH")
METHODS = (*SAFE, *WITH_BODY, "DELETE")
METHOD = Limits(pattern="|".join(METHODS), hint=f"one of {', '.join(METHODS)}")

MOST_ENTRIES = 20
HEADERS = Limits(
    high=MOST_ENTRIES,
    pattern=r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}",
    hint="a header name of at most 64 characters",
)
HEADER_VALUE = re.compile("[ -~]{0,1024}")
OWN_HEADERS = {
    TARGET_HEADER.lower(),
    *("host", "user-agent", "content-length", "connection", "transfer-encoding"),
}
TEST_SECRETS = "viridian/test/"
"""How the names of all secrets that checks send begin: what sends them may read no other."""
SECRET_NAME = re.compile(r"[\w/+=.@-]{1,512}", re.ASCII)
CREDENTIALS = {"authorization", "proxy-authorization", "cookie"}
POINTERS = Limits(
    high=MOST_ENTRIES,
    pattern=r"(/([^~/\x00-\x1f\x7f]|~[01])*)*",
    hint="a JSON Pointer (RFC 6901), such as /checks/0/ok",
)
BODY_TEXT = Limits(pattern=r"[\s\S]{1,200}", hint="a text of at most 200 characters")


def _method_complaints(method: str, production_status: int | None) -> Iterator[tuple[str, str]]:
    if production_status is not None and method not in SAFE:
        yield "production_status", f"is never answered: production is asked no {method}"


def _body_complaints(method: str, body: str | None) -> Iterator[tuple[str, str]]:
    if body is not None and method not in WITH_BODY:
        yield "body", f"goes with {', '.join(WITH_BODY)} alone, found {method}"


def _head_complaints(
    method: str, body_contains: str | None, pointers: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    for name, wanted in (("body_contains", body_contains), ("json", pointers)):
        if wanted and method == "HEAD":
            yield name, "is never answered: a HEAD gets no body"


def _header_complaints(headers: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        if name.lower() in OWN_HEADERS:
            yield f"headers.{name}", "is set by Viridian alone"
        elif name.lower() in CREDENTIALS:
            yield (
                f"headers.{name}",
                "is a credential, and everybody may read it who may read the service's "
                "registration or records; name a secret that has it in secret_headers",
            )
        elif not HEADER_VALUE.fullmatch(value):
            yield f"headers.{name}", "must be at most 1024 printable characters of ASCII"


def _secret_complaints(
    headers: dict[str, str], secrets: dict[str, str]
) -> Iterator[tuple[str, str]]:
    given = [name.lower() for name in (*headers, *secrets)]
    for name in secrets:
        if name.lower() in OWN_HEADERS:
            yield f"secret_headers.{name}", "is set by Viridian alone"
        elif given.count(name.lower()) > 1:
            yield f"secret_headers.{name}", "is there twice, or in `headers` as well; give it once"


@dataclass(frozen=True)
class SmokeTest:
    """One request and what it must answer. A path, never a URL: the host is the service's."""

    RULES: ClassVar[Rules] = {
        ("method", "production_status"): _method_complaints,
        ("method", "body"): _body_complaints,
        ("method", "body_contains", "json"): _head_complaints,
        ("headers",): _header_complaints,
        ("headers", "secret_headers"): _secret_complaints,
    }

    path: Annotated[str, PATH, "asked on the test route before, and on production after, the shift"]
    status: Annotated[int, Limits(100, 599), "what must be answered"] = 200
    production_status: Annotated[
        int | None,
        Limits(300, 499),
        "what production must answer in its place, where a login stands before the application: "
        "302, or 401 with `deny`; the release's version is then not seen there, nor its body",
    ] = None
    method: Annotated[
        str,
        METHOD,
        "of the request; production is asked GET, HEAD and OPTIONS alone, the others once, on the "
        "test route",
    ] = "GET"
    headers: Annotated[
        dict[str, str],
        HEADERS,
        f"of the request, at most {MOST_ENTRIES} texts by name; no credentials, and none that "
        "Viridian sets",
    ] = field(default_factory=dict)
    secret_headers: Annotated[
        dict[str, str],
        HEADERS,
        "of the request as well, by name: each the name of a secret of AWS Secrets Manager, "
        f"`{TEST_SECRETS}<service>/...`, whose whole text is the header's value",
    ] = field(default_factory=dict)
    body: Annotated[
        str | None,
        "of the request, with POST, PUT or PATCH; its `Content-Type` is one of the `headers`",
    ] = None
    body_contains: Annotated[
        str | None, BODY_TEXT, "what must stand in the first 64 KiB of the body that is answered"
    ] = None
    json: Annotated[
        dict[str, Scalar],
        POINTERS,
        "what must stand in the JSON that is answered, of at most 64 KiB: a text, a number, true, "
        f"false or null for each JSON Pointer, at most {MOST_ENTRIES}",
    ] = field(default_factory=dict)
    max_seconds: Annotated[
        float | None,
        Limits(0.001, PATIENCE_SECONDS),
        "how long the whole answer may take on the test route",
    ] = None

    @property
    def is_safe(self) -> bool:
        """Whether it may be asked again and again, and of production."""
        return self.method in SAFE


def secrets_complaints(service: str, checks: tuple[SmokeTest, ...]) -> Iterator[tuple[str, str]]:
    """Which secrets are not the service's own. A value in a name's place is not quoted."""
    prefix = f"{TEST_SECRETS}{service}/"
    for index, check in enumerate(checks):
        for header, name in check.secret_headers.items():
            if not (SECRET_NAME.fullmatch(name) and name.removeprefix(prefix) not in (name, "")):
                yield (
                    f"smoke_tests[{index}].secret_headers.{header}",
                    f"must be the name of a secret that begins with {prefix}, never its value",
                )


def checks_complaints(checks: tuple[SmokeTest, ...]) -> Iterator[tuple[str, str]]:
    """Whether none can be asked of production, and whether a registration can hold them."""
    if not any(check.is_safe for check in checks):
        yield (
            "smoke_tests",
            f"one at least must be a {', '.join(SAFE)}: production is asked no other, and the "
            "release must be seen there",
        )
    text = json.dumps([asdict(check) for check in checks], ensure_ascii=False)
    if (size := len(text.encode())) > MOST_BYTES:
        yield (
            "smoke_tests",
            f"must be at most {MOST_BYTES} bytes of JSON together, found {size}: the registration "
            "holds them, a parameter of at most 8 KiB",
        )
    if "{{" in text:
        yield "smoke_tests", "must not hold {{, which CloudFormation takes for a reference"
