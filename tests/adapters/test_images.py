"""Images in ECR: what platforms their manifests tell, and what cannot be told."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from viridian.adapters.clients import hasty_client
from viridian.adapters.images import Images
from viridian.core.errors import NotKnown
from viridian.core.release.image import EcrImage

INDEX = "application/vnd.oci.image.index.v1+json"
SINGLE = "application/vnd.oci.image.manifest.v1+json"


def pushed(manifest: dict[str, Any]) -> EcrImage:
    """An image of this manifest, in a repository of its own."""
    ecr = boto3.client("ecr")
    ecr.create_repository(repositoryName="team/shop")
    text = json.dumps({"schemaVersion": 2, **manifest})
    made = ecr.put_image(repositoryName="team/shop", imageManifest=text, imageTag="1.1.0")
    return EcrImage("team/shop", made["image"]["imageId"]["imageDigest"])


def entry(system: str, architecture: str) -> dict[str, Any]:
    platform = {"os": system, "architecture": architecture}
    return {"mediaType": SINGLE, "digest": "sha256:1", "size": 1, "platform": platform}


def images() -> Images:
    return Images.from_session()


def test_an_index_tells_its_platforms_and_what_is_about_an_image_is_none(aws: None) -> None:
    entries = [entry("linux", "arm64"), entry("unknown", "unknown"), entry("linux", "amd64")]
    image = pushed({"mediaType": INDEX, "manifests": entries})

    assert images().platforms(image) == ("linux/arm64", "linux/amd64")


def test_a_manifest_of_one_image_tells_none(aws: None) -> None:
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "d", "size": 1}
    image = pushed({"mediaType": SINGLE, "config": config, "layers": []})

    assert images().platforms(image) == ()


def stubbed(stub: Stubber, *rules: str, code: str | None = None) -> None:
    """ECR without the image, or without its repository, and with these pull-through rules."""
    if code is None:
        stub.add_client_error("batch_get_image", "RepositoryNotFoundException")
    else:
        stub.add_response("batch_get_image", {"images": [], "failures": [{"failureCode": code}]})
    cached = [{"ecrRepositoryPrefix": prefix} for prefix in rules]
    stub.add_response("describe_pull_through_cache_rules", {"pullThroughCacheRules": cached})


WANTED = EcrImage("team/shop", "sha256:2")


@pytest.mark.parametrize("code", [None, "ImageNotFound"])
def test_an_image_or_a_repository_that_is_not_there_is_none(code: str | None) -> None:
    ecr = hasty_client("ecr")
    with Stubber(ecr) as stub:
        stubbed(stub, "tea", "docker-hub", code=code)

        assert Images(ecr).platforms(WANTED) is None


@pytest.mark.parametrize("prefix", ["team", "ROOT"])
def test_a_repository_that_a_pull_fills_is_not_known(prefix: str) -> None:
    ecr = hasty_client("ecr")
    with Stubber(ecr) as stub:
        stubbed(stub, prefix, code="ImageNotFound")

        with pytest.raises(NotKnown, match="team/shop is filled when an image is pulled"):
            Images(ecr).platforms(WANTED)


def test_another_failure_is_not_known() -> None:
    ecr = hasty_client("ecr")
    with Stubber(ecr) as stub:
        stubbed(stub, code="UpstreamUnavailable")

        with pytest.raises(NotKnown, match="ECR says UpstreamUnavailable of sha256:2"):
            Images(ecr).platforms(WANTED)
