"""The emulated account, as a pipeline's roles reach it."""

import functools
import hashlib
from typing import Any

import boto3
from ministack.services import codebuild, sts

from emulator.environment import ACCOUNT

SESSION = "codepipeline"


class EmulatedAccount:
    """Clients and credentials are sessions of a role, so IAM says what they may."""

    id = ACCOUNT

    def client(self, service: str, role_arn: str) -> Any:
        told = self.credentials(role_arn)
        return _client(service, told["accessKeyId"], told["secretAccessKey"], told["sessionToken"])

    def credentials(self, role_arn: str) -> dict[str, str]:
        """As a job has them; on AWS they reach no further than to the pipeline's artifacts."""
        digest = hashlib.sha256(f"{SESSION}:{role_arn}".encode()).hexdigest()
        key, secret, name = f"ASIA{digest[:16].upper()}", digest[16:56], role_arn.rsplit("/", 1)[-1]
        session = {
            "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{SESSION}",
            "UserId": f"{name}:{SESSION}",
            "SecretAccessKey": secret,
            "SessionToken": digest,
        }
        sts.register_session(key, session)
        return {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": digest}

    def build(self, project: str) -> tuple[str, str]:
        """A project's role, and the buildspec that it has within it."""
        found = codebuild._projects[project]
        return str(found["serviceRole"]), str(found["source"]["buildspec"])


@functools.cache
def _client(service: str, key: str, secret: str, token: str) -> Any:
    session: Any = boto3.Session(key, secret, token)
    return session.client(service)
