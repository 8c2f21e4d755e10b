"""The bytes of a task: those that were named, or none."""

import hashlib
import os
from pathlib import Path

import pytest

from emulator.fleet.bundles import Bundles, CannotPull, Source
from tests.emulator.fleet.packing import packed

RELEASE = packed({"run": "#!/bin/sh\n"}, version="1.1.0", command=["./run"], environment={"A": "b"})
Asked = list[tuple[str | None, str, str | None]]


def bundles_of(tmp_path: Path, content: bytes | None) -> tuple[Bundles, Asked]:
    asked: Asked = []

    def fetch(bucket: str | None, key: str, version_id: str | None) -> bytes | None:
        asked.append((bucket, key, version_id))
        return content

    return Bundles(tmp_path / "bundles", fetch), asked


def test_a_bundle_is_fetched_by_version_when_the_environment_names_one() -> None:
    environment = {
        "VIRIDIAN_BUNDLE": "s3://artifacts/shop/1.1.0/bundle.zip?versionId=v1",
        "VIRIDIAN_BUNDLE_SHA256": "ab",
    }
    source = Source.of("shop@sha256:ff", environment)
    assert source == Source("artifacts", "shop/1.1.0/bundle.zip", "v1", "ab")


def test_otherwise_the_images_digest_names_the_bytes() -> None:
    assert Source.of("shop@sha256:ff", {}) == Source(None, "images/sha256/ff.zip", None, "ff")


def test_an_image_by_tag_is_refused() -> None:
    with pytest.raises(CannotPull, match="shop:latest: not by digest"):
        Source.of("shop:latest", {})


def test_it_is_unpacked_with_its_command_and_environment(tmp_path: Path) -> None:
    bundles, _ = bundles_of(tmp_path, RELEASE.content)
    unpacked = bundles.unpacked(Source.of(f"shop@sha256:{RELEASE.sha256}", {}))
    assert unpacked.command == ("./run",)
    assert unpacked.environment == {"A": "b", "RELEASE_VERSION": "1.1.0"}
    assert os.access(unpacked.folder / "run", os.X_OK)


def test_it_is_fetched_and_unpacked_once(tmp_path: Path) -> None:
    bundles, asked = bundles_of(tmp_path, RELEASE.content)
    for _ in range(2):
        bundles.unpacked(Source.of(f"shop@sha256:{RELEASE.sha256}", {}))
    assert len(asked) == 1


def test_other_bytes_than_those_named_are_refused(tmp_path: Path) -> None:
    bundles, _ = bundles_of(tmp_path, RELEASE.content + b"!")
    with pytest.raises(CannotPull, match=f"wanted sha256 {RELEASE.sha256}, found"):
        bundles.unpacked(Source.of(f"shop@sha256:{RELEASE.sha256}", {}))
    assert not (tmp_path / "bundles").exists()


def test_missing_bytes_are_told_with_their_place(tmp_path: Path) -> None:
    bundles, _ = bundles_of(tmp_path, None)
    with pytest.raises(CannotPull, match=r"s3://\*/images/sha256/ff\.zip: not found"):
        bundles.unpacked(Source.of("shop@sha256:ff", {}))


def test_bytes_that_are_no_zip_leave_nothing_half_unpacked(tmp_path: Path) -> None:
    bundles, _ = bundles_of(tmp_path, b"not a zip")
    with pytest.raises(CannotPull, match="not a zip"):
        bundles.unpacked(Source(None, "k", None, hashlib.sha256(b"not a zip").hexdigest()))
    assert list((tmp_path / "bundles").iterdir()) == []


def test_a_member_that_climbs_out_stays_inside(tmp_path: Path) -> None:
    climbing = packed({"../escaped": "x"})
    bundles, _ = bundles_of(tmp_path, climbing.content)
    unpacked = bundles.unpacked(Source(None, "k", None, climbing.sha256))
    assert {path.name for path in unpacked.folder.iterdir()} == {"escaped", "release.json"}
    assert not (tmp_path / "bundles" / "escaped").exists()
