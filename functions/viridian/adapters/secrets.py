"""Secrets that checks send, in AWS Secrets Manager: read when they are sent, and kept nowhere."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError

from viridian.adapters.clients import client
from viridian.core.errors import SecretUnusable

VALUE = re.compile("[ -~]{1,8192}")
WHAT_TO_DO = {
    "ResourceNotFoundException": "is not there: make it, in the automation's account and Region",
    "AccessDeniedException": "may not be read: encrypt it by aws/secretsmanager, or let the "
    "functions that ask use its key, and see its own policy",
    "DecryptionFailure": "cannot be decrypted: see its key",
    "InvalidRequestException": "is about to be deleted, or has no value: restore it, "
    "or give it one",
}
UNFIT = "must be a text of 1 to 8192 printable characters of ASCII, on one line: write it again"


@dataclass(frozen=True)
class Secrets:
    """Secrets of the account and Region; the client is made for the first."""

    session: Session | None = None

    @cached_property
    def _client(self) -> Any:
        return client("secretsmanager", self.session)

    def value(self, name: str) -> str:
        """The whole text; raises SecretUnusable, which names it and what to do. One call."""
        try:
            found = self._client.get_secret_value(SecretId=name).get("SecretString", "")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            todo = WHAT_TO_DO.get(code, f"cannot be read: Secrets Manager says {code}")
            raise SecretUnusable(f"the secret {name} {todo}") from error
        except BotoCoreError as error:
            raise SecretUnusable(
                f"the secret {name} cannot be read ({type(error).__name__}): from a VPC that takes "
                "an interface endpoint for Secrets Manager, or a NAT gateway"
            ) from error
        if not VALUE.fullmatch(found):
            raise SecretUnusable(f"the secret {name} {UNFIT}")
        return str(found)
