"""Envoy's admin interface: what has been taken, and what has been counted."""

import json
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

PATIENCE_SECONDS = 5
# It is a moment from its last answer until its end is seen: it writes its stack first.
LAST_WORDS_SECONDS = 2


class Admin:
    """`address` is host and port, as Envoy writes it to its `--admin-address-path`.

    `require_running` raises if Envoy ends within so many seconds; asked when it does not answer.
    """

    def __init__(self, address: str, require_running: Callable[[float], None]) -> None:
        self._address = address
        self._require_running = require_running

    def values(self, name_pattern: str) -> dict[str, Any]:
        """Counters and texts whose name matches."""
        entries = self._get(f"/stats?format=json&filter={quote(name_pattern)}")["stats"]
        return {entry["name"]: entry["value"] for entry in entries if "value" in entry}

    def reopen_logs(self) -> None:
        """Have log files that were moved away written anew."""
        with urlopen(f"http://{self._address}/reopen_logs", b"", PATIENCE_SECONDS):
            pass

    def rejected(self) -> str:
        """Why Envoy refuses a listener, a route or a cluster, if it does."""
        errors: list[str] = []
        for config in self._get("/config_dump")["configs"]:
            _collect_details(config, errors)
        return "; ".join(errors)

    def _get(self, path: str) -> Any:
        try:
            with urlopen(f"http://{self._address}{path}", timeout=PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except (OSError, HTTPException, ValueError):
            self._require_running(LAST_WORDS_SECONDS)
            raise


def _collect_details(node: Any, errors: list[str]) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("error_state"), dict):
            errors.append(str(node["error_state"].get("details")))
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            _collect_details(child, errors)
