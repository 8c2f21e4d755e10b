"""How a command ends that did not do what was asked: one line that says what to do, and a code."""

from enum import IntEnum

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from viridian.core.errors import ViridianError
from viridian_cli.deployment import NoEnding
from viridian_cli.release import ReleaseUnusable


class Code(IntEnum):
    """Exit codes, as docs/commands.md has them; Typer adds 2 (usage) and 130 (Ctrl-C)."""

    DONE = 0
    WRONG = 1
    NOT_PROMOTED = 3
    PERSON_ACTS = 4
    UNCHANGED = 5


class Failed(Exception):
    """The message is for a person."""

    def __init__(self, message: str, code: Code = Code.WRONG) -> None:
        super().__init__(message)
        self.code = code


EXPECTED = (Failed, ViridianError, ReleaseUnusable, NoEnding, ClientError, BotoCoreError)
ADVICE: dict[type[Exception], str] = {
    NoCredentialsError: "no AWS credentials: log in (aws sso login, aws configure), or name a "
    "profile with --profile",
    NoRegionError: "no Region: name it with --region or AWS_REGION",
    ProfileNotFound: "{error}; aws configure list-profiles shows those there are",
    EndpointConnectionError: "{error} Is the Region right, or --endpoint-url?",
}
BY_CODE = {
    "AccessDenied": "ask for this right, or use another --profile",
    "Expired": "log in again (aws sso login)",
    "InvalidClientTokenId": "these credentials are unknown: log in again, or see --profile",
    "UnrecognizedClient": "these credentials are unknown: log in again, or see --profile",
    "SignatureDoesNotMatch": "the secret key is wrong: log in again, or see --profile",
}


def told(error: Exception) -> tuple[str, Code]:
    """What to say of an expected error, and the code."""
    if isinstance(error, Failed):
        return str(error), error.code
    if isinstance(error, ClientError):
        return _of_aws(error), Code.WRONG
    advice = next((text for kind, text in ADVICE.items() if isinstance(error, kind)), "{error}")
    code = Code.NOT_PROMOTED if isinstance(error, NoEnding) else Code.WRONG
    return advice.replace("{error}", str(error)), code


def code_of(ending: str) -> Code:
    """That of a deployment's ending."""
    if ending in ("RestoreHeld", "RestoreUnverified"):
        return Code.PERSON_ACTS
    return Code.DONE if ending in ("DeploymentPromoted", "StandbyRetired") else Code.NOT_PROMOTED


def _of_aws(error: ClientError) -> str:
    """Its first line alone: what AWS says of a wrong signature quotes the request after it."""
    code = error.response["Error"].get("Code", "")
    said = error.response["Error"].get("Message", "").partition("\n")[0]
    advice = next((text for name, text in BY_CODE.items() if name in code), "")
    return "; ".join(filter(None, (f"{error.operation_name}: {code}: {said}", advice)))
