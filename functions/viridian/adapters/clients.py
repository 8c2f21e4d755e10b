"""boto3 clients, all with the same patience.

Three tries of at most 4 s each, and the pauses between them, end within 20 s: less than the
shortest function's timeout. What outlasts them is left to the state machine's own retries.
"""

from typing import Any

import boto3
from boto3.session import Session
from botocore.config import Config

PATIENCE = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=4
)


HASTE = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=2, read_timeout=4
)
"""One try, of what nothing waits for."""

QUOTED = "The Canonical String"
"""AWS's answer to a wrong signature goes on with the whole request, the session token in it."""


def client(service: str, session: Session | None = None) -> Any:
    """A client of the session: of its account and Region. By default those of the runtime."""
    return _client(service, session, PATIENCE)


def hasty_client(service: str, session: Session | None = None) -> Any:
    """The same, with a single try."""
    return _client(service, session, HASTE)


def _client(service: str, session: Session | None, config: Config) -> Any:
    source: Any = session or boto3
    made = source.client(service, config=config)
    made.meta.events.register("after-call", _cut)
    return made


def _cut(parsed: dict[str, Any], **_told: Any) -> None:
    if message := parsed.get("Error", {}).get("Message"):
        parsed["Error"]["Message"] = message.partition(QUOTED)[0].strip()
