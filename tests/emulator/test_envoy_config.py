"""The files that Envoy gets, from listeners, rules and targets."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.load_balancer.envoy_config import files, version_of
from emulator.load_balancer.model import (
    Condition,
    Endpoint,
    FixedResponse,
    Forward,
    Listener,
    Rule,
    Snapshot,
    TargetGroup,
)

BLUE, GREEN = "targetgroup/shop-blue/1", "targetgroup/shop-green/2"
DIRECTORY = Path("watched")


def routes_for(*rules: Rule) -> list[dict[str, Any]]:
    listener = Listener(80, "app/shop/1", rules)
    text = files(Snapshot((listener,)), DIRECTORY)["routes-listener-80.json"]
    configuration = json.loads(text)["resources"][0]
    routes: list[dict[str, Any]] = configuration["virtual_hosts"][0]["routes"]
    return routes


def weighted(blue: int, green: int, sticky_seconds: int | None = None) -> Rule:
    return Rule(Forward(((BLUE, blue), (GREEN, green)), sticky_seconds))


def test_weights_become_weighted_clusters() -> None:
    (route,) = routes_for(weighted(75, 25))
    clusters = route["route"]["weighted_clusters"]["clusters"]
    assert [(c["name"], c["weight"]) for c in clusters] == [
        ("shop-blue-1", 75),
        ("shop-green-2", 25),
    ]


def test_weights_that_are_all_zero_lead_nowhere() -> None:
    (route,) = routes_for(weighted(0, 0))
    assert route["route"] == {"cluster": "no-target-group"}


def test_fixed_response_is_answered_directly() -> None:
    (route,) = routes_for(Rule(FixedResponse(404, "application/json", "{}")))
    assert route["direct_response"] == {"status": 404, "body": {"inline_string": "{}"}}


def test_rules_keep_their_order() -> None:
    first = Rule(FixedResponse(503), (Condition("path-pattern", ("/admin/*",)),))
    assert [route["match"].get("prefix") for route in routes_for(first, weighted(1, 0))] == [
        None,
        "/",
    ]


@pytest.mark.parametrize(
    ("pattern", "regex"),
    [("/*", "(/.*)"), ("/a?c", "(/a.c)"), ("/v1.0/x", r"(/v1\.0/x)")],
)
def test_path_pattern(pattern: str, regex: str) -> None:
    (route,) = routes_for(Rule(FixedResponse(200), (Condition("path-pattern", (pattern,)),)))
    assert route["match"]["safe_regex"]["regex"] == regex


def test_all_conditions_must_hold_each_by_any_value() -> None:
    conditions = (
        Condition("path-pattern", ("/a", "/b")),
        Condition("http-header", ("green", "blue"), "X-Viridian-Target"),
        Condition("host-header", ("*.example.com",)),
    )
    (route,) = routes_for(Rule(FixedResponse(200), conditions))
    headers = {
        h["name"]: h["string_match"]["safe_regex"]["regex"] for h in route["match"]["headers"]
    }
    assert route["match"]["safe_regex"]["regex"] == "(/a|/b)"
    assert headers == {
        "X-Viridian-Target": "(?i)(green|blue)",
        ":authority": r"(?i)(.*\.example\.com)(:[0-9]+)?",
    }


def test_unknown_condition_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="source-ip"):
        routes_for(Rule(FixedResponse(200), (Condition("source-ip", ("10.0.0.0/8",)),)))


def test_pinned_client_keeps_its_group_whatever_the_weights() -> None:
    pinned_blue, pinned_green, others = routes_for(weighted(100, 0, sticky_seconds=60))
    assert pinned_blue["route"]["cluster"] == "shop-blue-1"
    assert pinned_green["route"]["cluster"] == "shop-green-2"
    added = others["route"]["weighted_clusters"]["clusters"][0]["response_headers_to_add"]
    assert added[0]["header"]["value"] == "AWSALBTG=shop-blue-1; Max-Age=60; Path=/"


def test_unhealthy_endpoint_is_kept_for_failing_open() -> None:
    endpoints = (Endpoint("127.0.0.1", 1, True), Endpoint("127.0.0.1", 2, False))
    group = TargetGroup(BLUE, endpoints)
    text = files(Snapshot((), (group,)), DIRECTORY)["endpoints-shop-blue-1.json"]
    found = json.loads(text)["resources"][0]["endpoints"][0]["lb_endpoints"]
    assert [endpoint["health_status"] for endpoint in found] == ["HEALTHY", "UNHEALTHY"]


@given(st.integers(0, 999), st.integers(0, 999))
def test_version_changes_with_the_weights_and_only_then(blue: int, green: int) -> None:
    def version(first: int, second: int) -> str:
        snapshot = Snapshot((Listener(80, "app/shop/1", (weighted(first, second),)),))
        return version_of(files(snapshot, DIRECTORY)["routes-listener-80.json"])

    assert version(blue, green) == version(blue, green)
    assert (version(blue, green) == version(green, blue)) == (blue == green)
