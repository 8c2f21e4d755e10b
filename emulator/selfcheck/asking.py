"""How the checks ask, compare and wait."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

DEADLINE_SECONDS = 20
POLL_SECONDS = 0.01


def expect(found: Any, wanted: Any) -> None:
    if found != wanted:
        raise AssertionError(f"wanted {wanted!r}, found {found!r}")


def eventually(ask: Callable[[], Any], wanted: Callable[[Any], object] = bool) -> Any:
    """The first answer that is wanted."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not wanted(answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {answer!r} after {DEADLINE_SECONDS} s")
        time.sleep(POLL_SECONDS)
    return answer


def status_of(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def is_listening(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def refusal_of(call: Callable[..., Any], **arguments: Any) -> str:
    """The code of the error that a call ends with; an empty string if it is answered."""
    try:
        call(**arguments)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return ""
