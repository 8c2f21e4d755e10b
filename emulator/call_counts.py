"""How often each action of the API was called, by anyone: people, functions, state machines."""

from collections import Counter
from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core.iam_actions import extract_iam_action

Handler = Callable[..., Awaitable[Any]]

FORM = "application/x-www-form-urlencoded"


class CallCounts:
    """Counts by `service:Action`, such as `elasticloadbalancing:ModifyRule`."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def install(self) -> None:
        """Count at every service's front door, where integrations of Step Functions enter too."""
        for service, handler in app.SERVICE_HANDLERS.items():
            app.SERVICE_HANDLERS[service] = self._counting(service, handler)

    def since_start(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)

    def _counting(self, service: str, handler: Handler) -> Handler:
        async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
            params = {**_form(headers, body), **query}
            action = extract_iam_action(service, method, path, headers, body, params)
            with self._lock:
                self._counts[action or f"{service}:{method}"] += 1
            return await handler(method, path, headers, body, query)

        return handle


def _form(headers: dict[str, str], body: bytes) -> dict[str, list[str]]:
    is_form = headers.get("content-type", "").startswith(FORM)
    return parse_qs(body.decode("utf-8", "replace")) if is_form else {}
