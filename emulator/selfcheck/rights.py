"""What the role of the checks may do, while IAM is enforced."""

import contextlib
import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3

from emulator.repairs import iam, lambda_
from emulator.selfcheck.asking import expect, refusal_of
from emulator.selfcheck.subject import NAME, PATH, ROLE, Subject

Statement = dict[str, Any]


@contextlib.contextmanager
def acting(subject: Subject, service: str, *statements: Statement) -> Iterator[Any]:
    """A client of a role that these statements are the policy of, while IAM is enforced."""
    client = subject.once(_role_client)(service)
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    policy = {"RoleName": NAME, "PolicyName": NAME, "PolicyDocument": document}
    subject.client("iam").put_role_policy(**policy)
    iam.enforce(True)
    try:
        yield client
    finally:
        iam.enforce(False)


def _role_client(subject: Subject) -> Callable[[str], Any]:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = {"RoleName": NAME, "Path": PATH, "AssumeRolePolicyDocument": trust}
    expect(subject.client("iam").create_role(**role)["Role"]["Arn"], ROLE)
    credentials = lambda_.role_credentials({"Role": ROLE, "FunctionName": NAME})
    keys = {name.lower(): value for name, value in credentials.items()}
    return functools.cache(functools.partial(boto3.client, **keys))


def allow(action: str, resource: str = "*", **equal: str) -> Statement:
    """What the condition keys must be equal to."""
    condition = {"Condition": {"StringEquals": equal}} if equal else {}
    return {"Effect": "Allow", "Action": action, "Resource": resource, **condition}


def is_denied(call: Any, **arguments: Any) -> bool:
    return refusal_of(call, **arguments).startswith("AccessDenied")
