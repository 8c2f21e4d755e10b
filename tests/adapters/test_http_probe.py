"""Checks against a real server on loopback. The same claims hold for the fake where they can."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from tests.fakes import FakeHttpProbe
from viridian.adapters.http_probe import LIMIT_BYTES, USER_AGENT, HttpProbe
from viridian.core.evidence.probe import Answer
from viridian.core.service.smoke_tests import METHODS, OWN_HEADERS, WITH_BODY, SmokeTest

HEADER = "X-Release-Version"
PATIENCE_SECONDS = 0.3  # where an answer does not come
SILENCE_SECONDS = 30


class Application(BaseHTTPRequestHandler):
    """Answers by path: well, wrongly, elsewhere, too much, too slowly."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, dict[str, str]]] = []
    sent: list[tuple[str, bytes]] = []
    stop = Event()

    def do_GET(self) -> None:
        self.asked.append((self.path, dict(self.headers)))
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.sent.append((self.command, content))
        getattr(self, f"_{self.path.strip('/') or 'well'}", self._missing)()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _well(self) -> None:
        self._answer(200, b"hello")

    def _missing(self) -> None:
        self._answer(404, b"")

    def _moved(self) -> None:
        self._answer(302, b"", ("Location", "/"))

    def _login(self) -> None:
        self._answer(302, b"", ("Location", "https://login.example:443/authorize?state=secret"))

    def _broken(self) -> None:
        self._answer(302, b"", ("Location", "https://[::1/"))

    def _large(self) -> None:
        self._answer(200, b"x" * LIMIT_BYTES * 4)

    def _late(self) -> None:
        self._answer(200, b"x" * LIMIT_BYTES, more=10)
        self.stop.wait(0.1)
        self.wfile.write(b"y" * 10)

    def _endless(self) -> None:
        self._begin(200)
        self.end_headers()
        while not self.stop.is_set():
            self.wfile.write(b"x" * 1024)

    def _chunked(self) -> None:
        self._begin(200, ("Transfer-Encoding", "chunked"))
        self.end_headers()
        self.wfile.write(b"5\r\nhello\r\n0\r\n\r\n")

    def _silent(self) -> None:
        self.stop.wait(SILENCE_SECONDS)
        self.close_connection = True

    def _dripping(self) -> None:
        self._begin(200, ("Content-Length", "1000"))
        self.end_headers()
        while not self.stop.wait(PATIENCE_SECONDS / 10):
            self.wfile.write(b"x")

    def _cut(self) -> None:
        self._begin(200, ("Content-Length", "1000"))
        self.end_headers()
        self.wfile.write(b"x")
        self.close_connection = True

    def _garbage(self) -> None:
        self.wfile.write(b"this is not HTTP\r\n\r\n")
        self.close_connection = True

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str], more: int = 0) -> None:
        self._begin(status, ("Content-Length", str(len(body) + more)), *headers)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _begin(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in ((HEADER, "1.1.0"), *headers):
            self.send_header(name, value)


class Server(ThreadingHTTPServer):
    """A client that leaves early is not worth a traceback."""

    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Application) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Application.stop.set()
        server.shutdown()
        thread.join()


def get(
    base_url: str,
    path: str,
    headers: dict[str, str] | None = None,
    probe: HttpProbe | None = None,
    version_header: str = HEADER,
) -> Answer:
    """Ask once; a probe asks what it is given when the answer is taken."""
    checks = [SmokeTest(path, 200)]
    asked = (probe or HttpProbe()).ask(
        base_url, checks, version_header=version_header, headers=headers
    )
    return next(asked)


@pytest.mark.parametrize("kind", ["aws", "fake"])
@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nowhere", 404), ("/moved", 302)])
def test_an_answer_has_its_path_status_and_version(
    base_url: str, kind: str, path: str, status: int
) -> None:
    fake = FakeHttpProbe(
        answers={"/": (200, "1.1.0"), "/nowhere": (404, "1.1.0"), "/moved": (302, "1.1.0")}
    )
    probe = {"aws": HttpProbe(), "fake": fake}[kind]

    answer = get(base_url, path, probe=probe)

    assert (answer.check.path, answer.status, answer.version) == (path, status, "1.1.0")
    assert answer.error == ""
    assert answer.seconds > 0


@pytest.mark.parametrize("kind", ["aws", "fake"])
def test_an_answer_that_does_not_come_has_status_0_and_says_why(kind: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        probe = {"aws": HttpProbe(), "fake": FakeHttpProbe()}[kind]

        answer = get(base_url, "/", probe=probe)

    assert (answer.status, answer.version) == (0, None)
    assert "refused" in answer.error


@pytest.mark.parametrize(
    ("path", "host"), [("/", ""), ("/moved", ""), ("/login", "login.example"), ("/broken", "")]
)
def test_a_redirect_tells_its_host_and_not_what_it_hands_over(
    base_url: str, path: str, host: str
) -> None:
    assert get(base_url, path).leads_to == host


def test_a_redirect_is_an_answer_and_is_not_followed(base_url: str) -> None:
    Application.asked.clear()

    assert get(base_url, "/moved").status == 302
    assert [path for path, _ in Application.asked] == ["/moved"]


def test_the_headers_given_are_sent(base_url: str) -> None:
    Application.asked.clear()
    get(base_url, "/", {"X-Viridian-Target": "green"})

    [(_, headers)] = Application.asked
    assert headers["X-Viridian-Target"] == "green"
    assert headers["User-Agent"] == "Viridian"


def test_an_answer_without_the_header_has_no_version(base_url: str) -> None:
    answer = get(base_url, "/", version_header="X-Other")

    assert (answer.status, answer.version) == (200, None)


def ask(base_url: str, check: SmokeTest, headers: dict[str, str] | None = None) -> Answer:
    return next(HttpProbe().ask(base_url, [check], version_header=HEADER, headers=headers))


@pytest.mark.parametrize("method", METHODS)
def test_a_check_is_asked_by_its_method_with_its_body(base_url: str, method: str) -> None:
    body = "bien sûr" if method in WITH_BODY else None

    answer = ask(base_url, SmokeTest("/", method=method, body=body))

    assert Application.sent[-1] == (method, (body or "").encode())
    assert (answer.status, answer.version) == (200, "1.1.0")
    assert answer.body == (b"" if method == "HEAD" else b"hello")


def test_a_check_s_headers_are_sent_besides_those_that_viridian_sets(base_url: str) -> None:
    own = {"X-Viridian-Target": "green"}
    check = SmokeTest("/", method="POST", headers={"Content-Type": "text/plain"}, body="x")

    ask(base_url, check, own)

    sent = Application.asked[-1][1]
    host = base_url.removeprefix("http://")
    assert sent.pop("Accept-Encoding") == "identity"
    assert sent == own | {
        **{"Host": host, "User-Agent": USER_AGENT, "Content-Length": "1"},
        "Content-Type": "text/plain",
    }
    assert {name.lower() for name in sent} - OWN_HEADERS == {"content-type"}


@pytest.mark.parametrize(
    ("path", "body"),
    [("/", b"hello"), ("/chunked", b"hello"), ("/large", b"x" * LIMIT_BYTES), ("/moved", b"")],
)
def test_of_a_long_body_the_beginning_is_kept(base_url: str, path: str, body: bytes) -> None:
    answer = get(base_url, path)

    assert answer.body == body
    assert "hello" not in repr(answer)


@pytest.mark.parametrize("path", ["/large", "/endless", "/late"])
def test_what_is_left_of_a_large_answer_is_not_taken_for_the_next(base_url: str, path: str) -> None:
    answers = [get(base_url, p) for p in (path, "/nowhere")]

    assert [answer.status for answer in answers] == [200, 404]


def test_an_answer_in_chunks_is_read_to_its_end(base_url: str) -> None:
    assert get(base_url, "/chunked").status == 200


@pytest.mark.parametrize("path", ["/silent", "/dripping"])
def test_an_answer_that_takes_too_long_is_none(base_url: str, path: str) -> None:
    answer = get(base_url, path, probe=HttpProbe(PATIENCE_SECONDS))

    assert (answer.status, answer.version) == (0, None)
    assert "timed out" in answer.error
    assert PATIENCE_SECONDS <= answer.seconds < SILENCE_SECONDS


@pytest.mark.parametrize(
    ("path", "why"), [("/cut", "IncompleteRead"), ("/garbage", "BadStatusLine")]
)
def test_half_an_answer_is_none_and_is_not_quoted(base_url: str, path: str, why: str) -> None:
    answer = get(base_url, path)

    assert (answer.status, answer.version) == (0, None)
    assert answer.error == why


def test_a_host_that_has_no_address_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, *_arguments: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, f"{host}: not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    answer = get("http://nowhere.invalid:80", "/")

    assert (answer.status, answer.version) == (0, None)
    assert "nowhere.invalid: not known" in answer.error
