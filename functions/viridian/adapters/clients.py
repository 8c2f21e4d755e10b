"""boto3 clients, all with the same patience.

Three tries of at most 4 s each, and the pauses between them, end within 20 s: less than the
shortest function's timeout. What outlasts them is left to the state machine's own retries.
"""

from typing import Any

import boto3
from botocore.config import Config

PATIENCE = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=4
)


def client(service: str, session: boto3.Session | None = None) -> Any:
    """A client of the session, else of the one that the runtime gives: Region and credentials."""
    return (session or boto3).client(service, config=PATIENCE)  # type: ignore[call-overload]
