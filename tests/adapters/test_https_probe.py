"""HTTPS by an address, under the service's name: real TLS on loopback."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest

from tests.adapters.authority import DAY, Authority
from tests.adapters.test_http_probe import HEADER, PATIENCE_SECONDS, Server
from viridian.adapters.http_probe import HttpProbe
from viridian.core.evidence.probe import Answer
from viridian.core.service.smoke_tests import SmokeTest

NAME = "shop.example"
Serve = Callable[[ssl.SSLContext | None], "Listening"]


class Echo(BaseHTTPRequestHandler):
    """Answers the name that it was asked under as its version."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header(HEADER, self.headers["Host"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class Listening(Server):
    """With a context it speaks TLS; `asked_for` are the names that TLS was asked for."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.asked_for: list[str | None] = []
        if context is not None:
            context.sni_callback = lambda _socket, name, _context: self.asked_for.append(name)
            self.socket = context.wrap_socket(self.socket, server_side=True)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Servers that end with the test."""
    with ExitStack() as stack:
        yield lambda context: stack.enter_context(_running(context))


@contextmanager
def _running(context: ssl.SSLContext | None) -> Iterator[Listening]:
    with Listening(context) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.new(tmp_path)


def get(server: Server, probe: HttpProbe, *, scheme: str = "https", name: str = NAME) -> Answer:
    """Ask this server, which no DNS knows, under that name."""
    [answer] = probe.ask(
        f"{scheme}://{name}:{server.server_address[1]}",
        [SmokeTest("/")],
        version_header=HEADER,
        connect_to="127.0.0.1",
    )
    return answer


def test_the_name_of_the_url_is_told_to_tls_and_to_the_application(
    authority: Authority, serve: Serve
) -> None:
    server = serve(authority.server(NAME))

    answer = get(server, HttpProbe(trust=authority.trusted()))

    assert (answer.status, answer.error) == (200, "")
    assert answer.version == f"{NAME}:{server.server_address[1]}"
    assert server.asked_for == [NAME]


def test_a_certificate_of_another_name_is_refused_by_it(authority: Authority, serve: Serve) -> None:
    answer = get(serve(authority.server("cart.example")), HttpProbe(trust=authority.trusted()))

    assert answer.status == 0
    assert answer.error.startswith("a certificate that is not to be trusted: Hostname mismatch")
    assert NAME in answer.error


def test_a_certificate_that_has_ended_is_refused(authority: Authority, serve: Serve) -> None:
    server = serve(authority.server(NAME, until=-DAY))

    answer = get(server, HttpProbe(trust=authority.trusted()))

    assert (answer.status, answer.error) == (
        0,
        "a certificate that is not to be trusted: certificate has expired",
    )


def test_a_certificate_of_an_authority_that_python_does_not_know_is_refused(
    authority: Authority, serve: Serve
) -> None:
    answer = get(serve(authority.server(NAME)), HttpProbe())

    assert answer.status == 0
    assert "unable to get local issuer certificate" in answer.error


def test_what_speaks_no_tls_is_no_answer(authority: Authority, serve: Serve) -> None:
    answer = get(serve(None), HttpProbe(PATIENCE_SECONDS, trust=authority.trusted()))

    assert answer.status == 0
    assert answer.error


def test_plain_http_is_asked_by_the_address_and_under_the_name_too(serve: Serve) -> None:
    server = serve(None)

    answer = get(server, HttpProbe(), scheme="http")

    assert (answer.status, answer.version) == (200, f"{NAME}:{server.server_address[1]}")
