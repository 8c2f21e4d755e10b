"""The rules of a listener, as Envoy's route configuration."""

from typing import Any

from emulator.load_balancer.matching import STICKY_COOKIE, route_match, sticky_match
from emulator.load_balancer.model import (
    FixedResponse,
    Forward,
    Listener,
    Rule,
    cluster_name,
)
from emulator.load_balancer.watched_files import TYPES

APPEND = "APPEND_IF_EXISTS_OR_ADD"
NO_TARGET_GROUP = "no-target-group"  # no cluster has this name: Envoy answers 503


def route_configuration(listener: Listener) -> dict[str, Any]:
    routes = [route for rule in listener.rules for route in _rule_routes(rule, listener)]
    client = "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"
    return {
        "@type": f"{TYPES}.config.route.v3.RouteConfiguration",
        "name": listener.name,
        "virtual_hosts": [{"name": listener.name, "domains": ["*"], "routes": routes}],
        "request_headers_to_add": [
            _header("x-forwarded-for", client, APPEND),
            _header("x-forwarded-port", str(listener.port)),
        ],
        "request_headers_to_remove": ["x-envoy-external-address", "x-envoy-internal"],
    }


def _header(key: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> dict[str, Any]:
    return {"header": {"key": key, "value": value}, "append_action": action}


def _rule_routes(rule: Rule, listener: Listener) -> list[dict[str, Any]]:
    match = route_match(rule)
    if isinstance(rule.action, FixedResponse):
        return [{"match": match, **_direct_response(rule.action)}]
    if not any(weight for _, weight in rule.action.weights):
        return [{"match": match, "route": {"cluster": NO_TARGET_GROUP}}]
    forward = {"match": match, "route": _weighted(rule.action, listener)}
    return [*_pinned(rule.action, match, listener), forward]


def _direct_response(response: FixedResponse) -> dict[str, Any]:
    return {
        "direct_response": {"status": response.status, "body": {"inline_string": response.body}},
        "response_headers_to_add": [_header("content-type", response.content_type)],
    }


def _weighted(action: Forward, listener: Listener) -> dict[str, Any]:
    clusters = []
    for name, weight in action.weights:
        cluster: dict[str, Any] = {"name": cluster_name(name), "weight": weight}
        if action.sticky_seconds is not None:
            pin = f"{STICKY_COOKIE}={cluster['name']}; Max-Age={action.sticky_seconds}; Path=/"
            cluster["response_headers_to_add"] = [_header("set-cookie", pin, APPEND)]
        clusters.append(cluster)
    return {**_patience(listener), "weighted_clusters": {"clusters": clusters}}


def _patience(listener: Listener) -> dict[str, str]:
    """How long neither side may send a byte; an answer as a whole may take any time."""
    return {"timeout": "0s", "idle_timeout": f"{listener.idle_seconds}s"}


def _pinned(action: Forward, match: dict[str, Any], listener: Listener) -> list[dict[str, Any]]:
    """Stickiness outranks weights: a pinned client keeps its group, also at weight 0."""
    if action.sticky_seconds is None:
        return []
    names = [cluster_name(name) for name, _ in action.weights]
    return [
        {"match": sticky_match(match, name), "route": {**_patience(listener), "cluster": name}}
        for name in names
    ]
