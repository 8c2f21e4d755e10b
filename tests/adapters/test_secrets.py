"""Secrets that checks send, in Secrets Manager. The same claims hold for the fake."""

from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from tests.fakes import FakeSecrets
from viridian.adapters.secrets import Secrets
from viridian.core.errors import SecretUnusable

NAME, PLANTED = "viridian/test/shop/token", "planted-4f1c"


def on_aws(texts: dict[str, str]) -> Secrets:
    for name, text in texts.items():
        boto3.client("secretsmanager").create_secret(Name=name, SecretString=text)
    return Secrets()


def in_memory(texts: dict[str, str]) -> Secrets:
    return FakeSecrets(texts=texts)


@pytest.fixture(params=[on_aws, in_memory], ids=["aws", "fake"])
def secrets_of(request: pytest.FixtureRequest, aws: None) -> Any:
    return request.param


def refusal_of(secrets: Secrets) -> str:
    with pytest.raises(SecretUnusable) as refusal:
        secrets.value(NAME)
    return str(refusal.value)


@pytest.mark.parametrize("text", ["Bearer a-b.c_d==", '{"user": "a"}', "x" * 8192])
def test_the_whole_text_is_the_value(secrets_of: Any, text: str) -> None:
    assert secrets_of({NAME: text}).value(NAME) == text


def test_one_that_is_not_there_is_named(secrets_of: Any) -> None:
    assert refusal_of(secrets_of({})).startswith(f"the secret {NAME} is not there: make it")


@pytest.mark.parametrize("wrong", ["\n", "\r\nHost: b", "é", "\0", "x" * 8192])
def test_one_that_is_no_header_s_value_is_named_and_not_quoted(secrets_of: Any, wrong: str) -> None:
    found = refusal_of(secrets_of({NAME: PLANTED + wrong}))

    assert found.startswith(f"the secret {NAME} must be a text of 1 to 8192 printable characters")
    assert PLANTED not in found


def test_one_that_is_binary_is_named_and_not_quoted(aws: None) -> None:
    boto3.client("secretsmanager").create_secret(Name=NAME, SecretBinary=PLANTED.encode())

    found = refusal_of(Secrets())
    assert found.startswith(f"the secret {NAME} must be a text")
    assert PLANTED not in found


def test_one_that_is_about_to_be_deleted_is_named(aws: None) -> None:
    secrets = on_aws({NAME: PLANTED})
    boto3.client("secretsmanager").delete_secret(SecretId=NAME)

    assert refusal_of(secrets).startswith(f"the secret {NAME} is about to be deleted")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AccessDeniedException", "may not be read"),
        ("DecryptionFailure", "cannot be decrypted"),
        ("KMSDisabledException", "cannot be read: Secrets Manager says KMSDisabledException"),
    ],
)
def test_what_moto_never_refuses_is_named_too(aws: None, code: str, told: str) -> None:
    secrets = Secrets()
    with Stubber(secrets._client) as stub:
        stub.add_client_error("get_secret_value", code)
        assert refusal_of(secrets).startswith(f"the secret {NAME} {told}")


def test_where_no_way_leads_there_it_is_named_with_what_is_missing(session: None) -> None:
    secrets = Secrets()
    unreached = EndpointConnectionError(endpoint_url="https://secretsmanager.example")
    secrets._client.meta.events.register("before-send", partial(_raise, unreached))

    found = refusal_of(secrets)
    assert found.startswith(f"the secret {NAME} cannot be read (EndpointConnectionError): from a")


def _raise(error: Exception, **_told: Any) -> None:
    raise error
