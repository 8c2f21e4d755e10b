"""What a person may set for the example is checked before anything is built from it."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from examples.shop.configuration import SERVICE_FILE, Configuration, ConfigurationInvalid, Host


def configuration(**context: Any) -> Configuration:
    return Configuration.from_context(App(context=context).node)


def test_without_any_it_is_the_shop_over_plain_http() -> None:
    assert configuration() == Configuration(SERVICE_FILE, None, 0, False, False)


def test_https_needs_a_name_and_a_certificate() -> None:
    found = configuration(serviceFile="own.yaml", hostName="shop.example", certificateArn="arn")

    assert found == Configuration(Path("own.yaml"), Host("shop.example", "arn"), 0, False, False)


@pytest.mark.parametrize("given", ["5", 5])
def test_a_reservation_comes_from_the_command_line_or_from_a_file(given: Any) -> None:
    assert configuration(reservedConcurrency=given).reserved_concurrency == 5


@pytest.mark.parametrize(("given", "wanted"), [("true", True), (True, True), ("false", False)])
def test_what_is_on_or_off_comes_from_the_command_line_or_from_a_file(
    given: Any, wanted: bool
) -> None:
    assert configuration(internal=given).is_internal is wanted
    assert configuration(pipeline=given).has_pipeline is wanted


@pytest.mark.parametrize("given", [{"hostName": "shop.example"}, {"certificateArn": "arn"}])
def test_one_without_the_other_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationInvalid, match="give both or neither"):
        configuration(**given)
