"""Clients: all with the same bounded patience."""

import boto3

from viridian.adapters.clients import client
from viridian.adapters.leases import Leases


def test_three_tries_end_within_the_shortest_timeout_of_a_function() -> None:
    config = client("sts").meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 4)
    assert config.retries["mode"] == "standard"
    assert config.retries["total_max_attempts"] == 3


def test_an_adapter_is_of_the_session_that_it_is_given() -> None:
    paris = boto3.Session(region_name="eu-west-3")

    assert Leases.from_session("deployments", paris).dynamodb.meta.region_name == "eu-west-3"
