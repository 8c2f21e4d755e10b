"""The conditions of a rule, as Envoy route matches.

Path patterns are case-sensitive and see no query string; host names and header values are not
case-sensitive. `*` stands for any number of characters, `?` for exactly one.
"""

import re
from typing import Any

from emulator.load_balancer.model import Condition, Rule

STICKY_COOKIE = "AWSALBTG"


def route_match(rule: Rule) -> dict[str, Any]:
    paths = [c for c in rule.conditions if c.field == "path-pattern"]
    headers = [_header_matcher(c) for c in rule.conditions if c.field != "path-pattern"]
    match: dict[str, Any] = {"prefix": "/"}
    if paths:
        match = {"safe_regex": {"regex": _any_of(paths[0].values)}}
        headers += [_regex_header(":path", f"{_any_of(c.values)}([?].*)?") for c in paths[1:]]
    return {**match, "headers": headers} if headers else match


def sticky_match(match: dict[str, Any], cluster: str) -> dict[str, Any]:
    """The same match for a client that carries the stickiness cookie of this group."""
    cookie = _regex_header("cookie", f"(.*; ?)?{STICKY_COOKIE}={re.escape(cluster)}(;.*)?")
    return {**match, "headers": [*match.get("headers", []), cookie]}


def _header_matcher(condition: Condition) -> dict[str, Any]:
    pattern = _any_of(condition.values)
    match condition.field:
        case "http-header":
            return _regex_header(condition.header, f"(?i){pattern}")
        case "host-header":
            return _regex_header(":authority", f"(?i){pattern}(:[0-9]+)?")
        case "http-request-method":
            return _regex_header(":method", pattern)
    raise ValueError(f"the emulated load balancer has no condition {condition.field!r}")


def _regex_header(name: str, regex: str) -> dict[str, Any]:
    return {"name": name, "string_match": {"safe_regex": {"regex": regex}}}


def _any_of(patterns: tuple[str, ...]) -> str:
    return f"({'|'.join(map(_wildcards, patterns))})"


def _wildcards(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
