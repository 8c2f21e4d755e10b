"""Clients: all with the same bounded patience."""

from viridian.adapters.clients import client


def test_three_tries_end_within_the_shortest_timeout_of_a_function() -> None:
    config = client("sts").meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 4)
    assert config.retries["mode"] == "standard"
    assert config.retries["total_max_attempts"] == 3
