"""Every service's front door, where integrations of Step Functions enter too."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from ministack import app
from ministack.core.iam_actions import extract_iam_action

Handler = Callable[..., Awaitable[Any]]
Tell = Callable[[str], None]

FORM = "application/x-www-form-urlencoded"


def tell_calls(tell: Tell) -> None:
    """From here on `tell` hears of each call by its `service:Action`."""
    for service, handler in app.SERVICE_HANDLERS.items():
        app.SERVICE_HANDLERS[service] = _telling(tell, service, handler)


def _telling(tell: Tell, service: str, handler: Handler) -> Handler:
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        params = {**_form(headers, body), **query}
        action = extract_iam_action(service, method, path, headers, body, params)
        tell(action or f"{service}:{method}")
        return await handler(method, path, headers, body, query)

    return handle


def _form(headers: dict[str, str], body: bytes) -> dict[str, list[str]]:
    is_form = headers.get("content-type", "").startswith(FORM)
    return parse_qs(body.decode("utf-8", "replace")) if is_form else {}
