"""Registrations in Parameter Store. The same claims hold for the fake."""

import json

import boto3
import pytest

from tests.core.shop import REGISTRATION, registration
from tests.fakes import FakeRegistrations
from viridian.adapters.registrations import Registrations
from viridian.core.errors import ServiceUnknown

TEXTS = {"shop": json.dumps(REGISTRATION)}


def on_aws(texts: dict[str, str]) -> Registrations:
    ssm = boto3.client("ssm")
    for service, text in texts.items():
        ssm.put_parameter(Name=f"/viridian/services/{service}", Type="String", Value=text)
    return Registrations(ssm)


@pytest.fixture(params=[on_aws, FakeRegistrations], ids=["aws", "fake"])
def registrations(request: pytest.FixtureRequest, aws: None) -> Registrations:
    made: Registrations = request.param(TEXTS)
    return made


def test_a_service_is_known_by_its_parameter(registrations: Registrations) -> None:
    assert registrations.get("shop") == registration()


def test_an_unknown_service_is_refused_by_its_name(registrations: Registrations) -> None:
    with pytest.raises(ServiceUnknown, match=r"^input.service: no service 'cart'"):
        registrations.get("cart")
