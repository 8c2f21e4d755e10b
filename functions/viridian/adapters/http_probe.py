"""Checks against a service's own load balancer: bounded in time and size, no redirects."""

import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from ssl import SSLCertVerificationError, SSLContext, create_default_context
from urllib.parse import urlsplit

from viridian.adapters.secrets import Secrets
from viridian.core.errors import SecretUnusable
from viridian.core.evidence.probe import Answer
from viridian.core.service.smoke_tests import PATIENCE_SECONDS, SmokeTest

LIMIT_BYTES = 64 * 1024
USER_AGENT = "Viridian"


@dataclass(frozen=True)
class HttpProbe:
    """Asks one base URL, the registration's; callers give paths only.

    `connect_to` is the host that is asked under the URL's name: in `Host`, as the name that TLS
    asks for, and in the certificate. Each question has a connection of its own, and http.client
    follows no redirect.
    """

    patience_seconds: float = PATIENCE_SECONDS
    trust: SSLContext = field(default_factory=create_default_context)
    secrets: Secrets = field(default_factory=Secrets)

    def ask(
        self,
        base_url: str,
        checks: Iterable[SmokeTest],
        *,
        version_header: str,
        connect_to: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[Answer]:
        """Ask one check after the other, each when the answer before it was taken.

        A secret is read once, also one that cannot be sent: that is an Answer with status 0.
        """
        read = cache(self._secret)
        for check in checks:
            found = {header: read(name) for header, name in check.secret_headers.items()}
            secret = {header: value for header, value in found.items() if isinstance(value, str)}
            if len(secret) < len(found):
                unusable = next(each for each in found.values() if not isinstance(each, str))
                yield Answer(check, 0, None, 0.0, str(unusable))
                continue
            yield self.ask_once(
                base_url,
                check,
                version_header=version_header,
                connect_to=connect_to,
                headers=secret | dict(headers or {}),
            )

    def _secret(self, name: str) -> str | SecretUnusable:
        try:
            return self.secrets.value(name)
        except SecretUnusable as error:
            return error

    def ask_once(
        self,
        base_url: str,
        check: SmokeTest,
        *,
        version_header: str,
        connect_to: str | None,
        headers: Mapping[str, str],
    ) -> Answer:
        """Ask once. An answer that does not come whole is an Answer with status 0."""
        started = time.perf_counter()
        try:
            with closing(self._connected(base_url, connect_to)) as connection:
                own = {"User-Agent": USER_AGENT, **headers}
                content = None if check.body is None else check.body.encode()
                connection.request(check.method, check.path, content, check.headers | own)
                response = connection.getresponse()
                body = _read(response, until=started + self.patience_seconds)
        except (OSError, HTTPException) as error:
            return Answer(check, 0, None, time.perf_counter() - started, _why(error))
        seconds, told = time.perf_counter() - started, response.headers
        leads_to = _host_in(told.get("Location", ""))
        version = told.get(version_header)
        return Answer(check, response.status, version, seconds, leads_to=leads_to, body=body)

    def _connected(self, base_url: str, connect_to: str | None) -> HTTPConnection:
        """A connection that speaks the URL's name to the host that is asked."""
        url = urlsplit(base_url)
        is_https = url.scheme == "https"
        kind = partial(HTTPSConnection, context=self.trust) if is_https else HTTPConnection
        connection: HTTPConnection = kind(url.netloc)
        place = connect_to or connection.host, connection.port
        opened = socket.create_connection(place, timeout=self.patience_seconds)
        if is_https:
            opened = self.trust.wrap_socket(opened, server_hostname=connection.host)
        connection.sock = opened
        return connection


def _why(error: Exception) -> str:
    """What kept the answer from coming; http.client's own errors quote what came instead."""
    if isinstance(error, SSLCertVerificationError):
        return f"a certificate that is not to be trusted: {error.verify_message}"
    is_quoting = isinstance(error, HTTPException)
    return type(error).__name__ if is_quoting else str(error) or repr(error)


def _host_in(location: str) -> str:
    """The host of a redirect, and no more: its query may carry a secret."""
    try:
        return urlsplit(location).hostname or ""
    except ValueError:
        return ""


def _read(response: HTTPResponse, *, until: float) -> bytes:
    """The body to its end or the limit, whichever comes first.

    The socket's timeout bounds one packet only: a body that drips is ended here.
    """
    announced, body = response.length, bytearray()
    left = LIMIT_BYTES if announced is None else min(announced, LIMIT_BYTES)
    while left and (chunk := response.read1(left)):
        left -= len(chunk)
        body += chunk
        if time.perf_counter() > until:
            raise TimeoutError("timed out: the answer had begun and did not end")
    if left and announced is not None:
        raise IncompleteRead(b"", left)
    return bytes(body)
