"""GETs against a service's own load balancer: bounded in time and size, no redirects."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from urllib.parse import urlsplit

from viridian.core.evidence.probe import Answer
from viridian.core.service.settings import SmokeTest

LIMIT_BYTES = 64 * 1024
PATIENCE_SECONDS = 5.0
USER_AGENT = "Viridian"
CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}


@dataclass(frozen=True)
class HttpProbe:
    """Asks one base URL, the registration's; callers give paths only.

    Each question has a connection of its own, and http.client follows no redirect.
    """

    patience_seconds: float = PATIENCE_SECONDS

    def ask(
        self,
        base_url: str,
        checks: Iterable[SmokeTest],
        *,
        version_header: str,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Answer]:
        """Ask one check after the other, each when the answer before it was taken."""
        for check in checks:
            yield self.get(base_url, check, version_header=version_header, headers=headers or {})

    def get(
        self, base_url: str, check: SmokeTest, *, version_header: str, headers: Mapping[str, str]
    ) -> Answer:
        """Ask once. An answer that does not come whole is an Answer with status 0."""
        started, url = time.perf_counter(), urlsplit(base_url)
        connection = CONNECTIONS[url.scheme](url.netloc, timeout=self.patience_seconds)
        try:
            with closing(connection):
                connection.request("GET", check.path, headers={"User-Agent": USER_AGENT, **headers})
                response = connection.getresponse()
                _read(response, until=started + self.patience_seconds)
        except (OSError, HTTPException) as error:
            return Answer(check, 0, None, time.perf_counter() - started, _why(error))
        seconds = time.perf_counter() - started
        return Answer(check, response.status, response.headers.get(version_header), seconds)


def _why(error: Exception) -> str:
    """What kept the answer from coming; http.client's own errors quote what came instead."""
    is_quoting = isinstance(error, HTTPException)
    return type(error).__name__ if is_quoting else str(error) or repr(error)


def _read(response: HTTPResponse, *, until: float) -> None:
    """Read the body to its end or the limit, whichever comes first.

    The socket's timeout bounds one packet only: a body that drips is ended here.
    """
    announced = response.length
    left = LIMIT_BYTES if announced is None else min(announced, LIMIT_BYTES)
    while left and (chunk := response.read1(left)):
        left -= len(chunk)
        if time.perf_counter() > until:
            raise TimeoutError("timed out: the answer had begun and did not end")
    if left and announced is not None:
        raise IncompleteRead(b"", left)
