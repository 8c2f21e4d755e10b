"""EventBridge connections: a template may make them, and tell their secret, as on AWS.

ministack has no `AWS::Events::Connection`, and keeps what a connection authorises with in itself.
"""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ministack.core.responses import new_uuid
from ministack.services import eventbridge
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

Props = dict[str, Any]
Made = tuple[str, Props]


def apply() -> None:
    _RESOURCE_HANDLERS["AWS::Events::Connection"] = {
        "create": create,
        "update": update,
        "delete": delete,
    }


def secret_arn(connection_arn: str) -> str:
    """Of the secret that EventBridge keeps for a connection: always the same one."""
    place, _, name = connection_arn.rpartition(":connection/")
    secret = f"{place.replace(':events:', ':secretsmanager:')}:secret:events!connection"
    return f"{secret}/{name}/{uuid5(NAMESPACE_URL, connection_arn)}"


def create(logical_id: str, props: Props, stack: str) -> Made:
    name = props.get("Name") or f"{stack}-{logical_id}-{new_uuid()[:12]}"
    return _made(name, eventbridge._create_connection({**props, "Name": name}))


def update(name: str, _old: Props, props: Props, stack: str, *_: Any) -> Made:
    if props.get("Name", name) != name:
        return create("", props, stack)
    return _made(name, eventbridge._update_connection({**props, "Name": name}))


def delete(name: str, _props: Props) -> None:
    eventbridge._delete_connection({"Name": name})


def _made(name: str, response: tuple[int, Any, bytes]) -> Made:
    status, _headers, body = response
    answer = json.loads(body)
    if status != 200:
        raise ValueError(answer["message"])
    arn = answer["ConnectionArn"]
    return name, {"Arn": arn, "SecretArn": secret_arn(arn)}
