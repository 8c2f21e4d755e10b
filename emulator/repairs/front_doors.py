"""Every service's front door, where integrations of Step Functions enter too."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack import app
from ministack.core.iam_actions import extract_iam_action
from ministack.core.router import extract_access_key_id
from ministack.services import sts

from emulator.interference import Interferences, Kind

Handler = Callable[..., Awaitable[Any]]
Tell = Callable[[str], None]

BROKEN: tuple[int, dict[str, str], bytes] = (500, {}, b"")
"""What SDKs take for a failure of the service, whatever its protocol, and ask again."""
FORM = "application/x-www-form-urlencoded"


def watch_calls(tell: Tell, interferences: Interferences) -> None:
    """From here on `tell` hears of each call by its `service:Action`, and it may go wrong."""
    for service, handler in app.SERVICE_HANDLERS.items():
        app.SERVICE_HANDLERS[service] = _watching(tell, interferences, service, handler)


def _watching(tell: Tell, interferences: Interferences, service: str, handler: Handler) -> Handler:
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        params = {**_form(headers, body), **query}
        action = extract_iam_action(service, method, path, headers, body, params)
        tell(action or f"{service}:{method}")
        happening = {"caller": _caller(headers), "action": action or ""}
        found = interferences.meet(happening, _text(body))
        if found is None or found.kind is Kind.FAILED:
            answer = await handler(method, path, headers, body, query)
        return BROKEN if found is not None else answer

    return handle


def _text(body: bytes | str) -> str:
    """What is asked; integrations of Step Functions hand over text."""
    return unquote(body if isinstance(body, str) else body.decode("utf-8", "replace"))


def _caller(headers: dict[str, str]) -> str:
    """The ARN of the role's session that calls; empty for the account itself."""
    session = sts._sessions.get(extract_access_key_id(headers, {}), {})
    return str(session.get("Arn", ""))


def _form(headers: dict[str, str], body: bytes) -> dict[str, list[str]]:
    is_form = headers.get("content-type", "").startswith(FORM)
    return parse_qs(body.decode("utf-8", "replace")) if is_form else {}
