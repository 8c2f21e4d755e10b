"""The bytes of a task: those that were named, or none."""

import hashlib
import io
import os
import zipfile

import pytest

from emulator.fleet.bundles import Bundles, CannotPull, Source
from viridian_cli.release import pack


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "release.json").write_text(
        '{"service": "shop", "version": "1.1.0", "command": ["./run"], "environment": {"A": "b"}}'
    )
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    return pack(folder)


def bundles_of(tmp_path, content):
    asked = []

    def fetch(bucket, key, version_id):
        asked.append((bucket, key, version_id))
        return content

    return Bundles(tmp_path / "bundles", fetch), asked


def test_a_bundle_is_fetched_by_version_when_the_environment_names_one():
    environment = {
        "VIRIDIAN_BUNDLE": "s3://artifacts/shop/1.1.0/bundle.zip?versionId=v1",
        "VIRIDIAN_BUNDLE_SHA256": "ab",
    }
    source = Source.of("shop@sha256:ff", environment)
    assert source == Source("artifacts", "shop/1.1.0/bundle.zip", "v1", "ab")


def test_otherwise_the_images_digest_names_the_bytes():
    assert Source.of("shop@sha256:ff", {}) == Source(None, "images/sha256/ff.zip", None, "ff")


def test_an_image_by_tag_is_refused():
    with pytest.raises(CannotPull, match="shop:latest: not by digest"):
        Source.of("shop:latest", {})


def test_it_is_unpacked_with_its_command_and_environment(tmp_path, release):
    bundles, _ = bundles_of(tmp_path, release.content)
    unpacked = bundles.unpacked(Source.of(f"shop@sha256:{release.sha256}", {}))
    assert unpacked.command == ("./run",)
    assert unpacked.environment == {"A": "b", "RELEASE_VERSION": "1.1.0"}
    assert os.access(unpacked.folder / "run", os.X_OK)


def test_it_is_fetched_and_unpacked_once(tmp_path, release):
    bundles, asked = bundles_of(tmp_path, release.content)
    for _ in range(2):
        bundles.unpacked(Source.of(f"shop@sha256:{release.sha256}", {}))
    assert len(asked) == 1


def test_other_bytes_than_those_named_are_refused(tmp_path, release):
    bundles, _ = bundles_of(tmp_path, release.content + b"!")
    with pytest.raises(CannotPull, match=f"wanted sha256 {release.sha256}, found"):
        bundles.unpacked(Source.of(f"shop@sha256:{release.sha256}", {}))
    assert not (tmp_path / "bundles").exists()


def test_missing_bytes_are_told_with_their_place(tmp_path):
    bundles, _ = bundles_of(tmp_path, None)
    with pytest.raises(CannotPull, match=r"s3://\*/images/sha256/ff\.zip: not found"):
        bundles.unpacked(Source.of("shop@sha256:ff", {}))


def test_bytes_that_are_no_zip_leave_nothing_half_unpacked(tmp_path):
    bundles, _ = bundles_of(tmp_path, b"not a zip")
    with pytest.raises(CannotPull, match="not a zip"):
        bundles.unpacked(Source(None, "k", None, hashlib.sha256(b"not a zip").hexdigest()))
    assert list((tmp_path / "bundles").iterdir()) == []


def test_a_member_that_climbs_out_stays_inside(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../escaped", "x")
    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    bundles, _ = bundles_of(tmp_path, content.getvalue())
    unpacked = bundles.unpacked(Source(None, "k", None, sha256))
    assert [path.name for path in unpacked.folder.iterdir()] == ["escaped"]
    assert not (tmp_path / "bundles" / "escaped").exists()
