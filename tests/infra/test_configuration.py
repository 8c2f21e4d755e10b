"""What a person may set for the app is checked before anything is built from it."""

import pytest
from aws_cdk import App

from viridian_cdk.configuration import Configuration, ConfigurationInvalid, Host


def configuration(**context: str) -> Configuration:
    return Configuration.from_context(App(context=context).node)


def test_the_service_file_is_enough() -> None:
    assert configuration(serviceFile="service.yaml") == Configuration("service.yaml", None)


def test_https_needs_a_name_and_a_certificate() -> None:
    found = configuration(serviceFile="service.yaml", hostName="shop.example", certificateArn="arn")

    assert found.host == Host("shop.example", "arn")


@pytest.mark.parametrize("given", [{"hostName": "shop.example"}, {"certificateArn": "arn"}])
def test_one_without_the_other_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationInvalid, match="give both or neither"):
        configuration(serviceFile="service.yaml", **given)


def test_a_missing_service_file_is_named() -> None:
    with pytest.raises(ConfigurationInvalid, match="serviceFile: is missing"):
        configuration()
