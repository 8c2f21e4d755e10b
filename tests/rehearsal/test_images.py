"""Releases as container images."""

from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from rehearsal.images import REGISTRY, pack_with_command, push_image
from rehearsal.session import FIRST_RELEASE
from viridian_cli.release import ReleaseUnusable


@mock_aws
def test_an_image_is_named_by_the_digest_of_its_bytes() -> None:
    release, s3 = pack_with_command(FIRST_RELEASE), boto3.client("s3", region_name="us-east-1")

    assert push_image(s3, release) == f"shop@sha256:{release.sha256}"
    stored = s3.get_object(Bucket=REGISTRY, Key=f"images/sha256/{release.sha256}.zip")
    assert stored["Body"].read() == release.content


def test_an_image_that_does_not_say_what_to_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "release.json").write_text('{"service": "shop", "version": "1"}')
    with pytest.raises(ReleaseUnusable, match=r"release\.json\.command: is missing; give what"):
        pack_with_command(tmp_path)
