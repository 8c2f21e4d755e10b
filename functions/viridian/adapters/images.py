"""Images in ECR, in the account and Region of the function."""

import json
from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import hasty_client
from viridian.core.errors import NotKnown
from viridian.core.release.image import EcrImage


@dataclass(frozen=True)
class Images:
    """Images by repository and digest."""

    ecr: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "Images":
        """Images, with a client of their own."""
        return cls(hasty_client("ecr", session))

    def platforms(self, image: EcrImage) -> tuple[str, ...] | None:
        """What it is for, as `linux/amd64`; None where there is none of that digest. Two calls.

        A manifest of one image does not tell: its platform is in a layer, and nobody here may read
        layers. Raises NotKnown when ECR fetches it from another registry, or says something else.
        """
        try:
            answer = self.ecr.batch_get_image(
                repositoryName=image.repository, imageIds=[{"imageDigest": image.digest}]
            )
        except self.ecr.exceptions.RepositoryNotFoundException:
            self._require_kept(image)
            return None
        if answer["images"]:
            return _platforms(json.loads(answer["images"][0]["imageManifest"]))
        [failure] = answer["failures"]
        if failure["failureCode"] != "ImageNotFound":
            raise NotKnown(f"ECR says {failure['failureCode']} of {image.digest}")
        self._require_kept(image)
        return None

    def _require_kept(self, image: EcrImage) -> None:
        """Raise NotKnown where a pull would fetch it, by a pull-through cache rule."""
        rules = self.ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]
        prefixes = [rule["ecrRepositoryPrefix"] for rule in rules]
        if any(p == "ROOT" or image.repository.startswith(f"{p}/") for p in prefixes):
            raise NotKnown(f"{image.repository} is filled when an image is pulled")


def _platforms(manifest: dict[str, Any]) -> tuple[str, ...]:
    """Those of an index; what is for `unknown/unknown` is about an image, and none."""
    found = (entry.get("platform", {}) for entry in manifest.get("manifests", []))
    names = (f"{p.get('os')}/{p.get('architecture')}" for p in found if p)
    return tuple(name for name in names if "unknown" not in name)
