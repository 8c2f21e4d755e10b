"""S3: the event of an object in a versioned bucket names the version.

Bucket, key and version-id are an upload's identity. ministack leaves the version-id out of what it
sends to EventBridge.
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

_version: ContextVar[str | None] = ContextVar("version", default=None)
fire_as_shipped = s3._fire_s3_event
dispatch_as_shipped = eventbridge._dispatch_event


def apply() -> None:
    s3._fire_s3_event = fire
    eventbridge._dispatch_event = dispatch


def read_object(bucket: str | None, key: str, version_id: str | None) -> bytes | None:
    """An object's bytes as the store holds them; without a bucket, the first that has the key.

    The second is the stand-in for an image registry: such a key is the digest of its bytes.
    """
    buckets = [bucket] if bucket is not None else list(s3._buckets)
    found = (s3._get_object_data(name, key, version_id) for name in buckets)
    return next((content for content in found if content is not None), None)


def fire(*args: Any, version_id: str | None = None, **kwargs: Any) -> None:
    token = _version.set(version_id)
    try:
        fire_as_shipped(*args, version_id=version_id, **kwargs)
    finally:
        _version.reset(token)


def dispatch(event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    if event.get("Source") == "aws.s3" and (version := _version.get()):
        detail = json.loads(event["Detail"])
        detail["object"]["version-id"] = version
        event = {**event, "Detail": json.dumps(detail)}
    return dispatch_as_shipped(event, *args, **kwargs)
