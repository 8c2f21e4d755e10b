"""Registrations in Parameter Store. The same claims hold for the fake."""

import json
from typing import Any

import boto3
import pytest

from tests.core.shop import REGISTRATION, registration
from tests.fakes import FakeRegistrations
from viridian.adapters.registrations import Registrations
from viridian.core.errors import RegistrationInvalid, ServiceUnknown


def on_aws(texts: dict[str, str]) -> Registrations:
    ssm = boto3.client("ssm")
    for service, text in texts.items():
        ssm.put_parameter(Name=f"/viridian/services/{service}", Type="String", Value=text)
    return Registrations(ssm)


@pytest.fixture(params=[on_aws, FakeRegistrations], ids=["aws", "fake"])
def registrations_of(request: pytest.FixtureRequest, aws: None) -> Any:
    return request.param


def test_a_service_is_known_by_its_parameter(registrations_of: Any) -> None:
    found = registrations_of({"shop": json.dumps(REGISTRATION)}).get("shop")

    assert found == registration()


def test_an_unknown_service_is_refused_by_its_name(registrations_of: Any) -> None:
    with pytest.raises(ServiceUnknown, match=r"^input.service: no service 'cart'"):
        registrations_of({"shop": json.dumps(REGISTRATION)}).get("cart")


def test_a_parameter_that_is_no_registration_is_refused(registrations_of: Any) -> None:
    with pytest.raises(RegistrationInvalid, match="not JSON"):
        registrations_of({"shop": "shop"}).get("shop")


def test_registrations_are_reached_by_the_session(aws: None) -> None:
    on_aws({"shop": json.dumps(REGISTRATION)})

    assert Registrations.from_session().get("shop").service == "shop"
