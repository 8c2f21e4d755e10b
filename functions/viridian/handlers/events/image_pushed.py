"""ImagePushed: put the release of an image that was pushed, which then starts as any upload does.

The digest is the event's: what the tag names later changes nothing.
"""

from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.core.errors import VersionTaken
from viridian.core.release.pushed import Pushed
from viridian.runtime import environment
from viridian.runtime.telemetry import logger

artifact_bucket = Artifacts.from_session(environment.artifact_bucket())


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: dict[str, Any], _context: object, artifacts: Artifacts = artifact_bucket
) -> dict[str, Any]:
    """Answer with the S3 version of the manifest; raises VersionTaken for a tag that was moved."""
    pushed = Pushed.from_event(event)
    version_id = artifacts.put_once(pushed.key, pushed.manifest)
    if version_id is None:
        raise VersionTaken(
            f"{pushed.key}: is another release than {pushed.image}; push under a new tag, and make "
            "the repository's tags immutable"
        )

    logger.info("release put", extra={"key": pushed.key, "image": pushed.image})
    return {"manifest_version_id": version_id}
