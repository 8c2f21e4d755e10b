"""Services that ministack has not, of those that speak JSON and name the action in a header."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions, router
from ministack.core.responses import error_response_json, json_response

from emulator.repairs.refusals import Refusal, invalid

Record = dict[str, Any]


def serve(
    service: str, target_prefix: str, actions: Mapping[str, Callable[[Record], Record]]
) -> None:
    """Answer calls that are signed for the service, or whose header has the prefix."""

    async def handle(
        _method: str, _path: str, headers: dict[str, str], body: bytes | str, _query: Any
    ) -> Any:
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            if action not in actions:
                raise invalid(f"the emulator has no {action}")
            return json_response(actions[action](json.loads(body or "{}")))
        except Refusal as refusal:
            return error_response_json(refusal.code, str(refusal), 400)

    router.SERVICE_PATTERNS[service] = {
        "target_prefixes": [target_prefix],
        "credential_scope": service,
    }
    iam_actions.SERVICE_TO_IAM_NAMESPACE[service] = service
    app.SERVICE_HANDLERS[service] = handle
