"""The manifest at the door."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.shop import CHECKSUM
from viridian.core.errors import ManifestInvalid, ManifestTooLarge
from viridian.core.release.manifest import MANIFEST_LIMIT_BYTES, Manifest
from viridian.core.release.request import Request

REQUEST = Request("shop", "1.1.0")
BY_BUNDLE = {"service": "shop", "version": "1.1.0", "bundle": "bundle.zip", "sha256": CHECKSUM}
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:key-AbCdEf"
IMAGE = f"registry.example/shop@sha256:{CHECKSUM}"
BY_IMAGE = {"service": "shop", "version": "1.1.0", "image": IMAGE}


def read(document: Any) -> Manifest:
    return Manifest.from_bytes(json.dumps(document).encode(), REQUEST)


def test_a_manifest_names_a_bundle_beside_it() -> None:
    manifest = read({**BY_BUNDLE, "command": ["python3", "app.py"], "environment": {"K": "v"}})

    assert (manifest.bundle, manifest.sha256, manifest.image) == ("bundle.zip", CHECKSUM, None)
    assert (manifest.command, manifest.environment) == (("python3", "app.py"), {"K": "v"})


def test_a_manifest_may_set_secrets_and_size() -> None:
    manifest = read({**BY_BUNDLE, "secrets": {"KEY": ARN}, "cpu": 1024, "memory": 3072})

    assert (manifest.secrets, manifest.cpu, manifest.memory) == ({"KEY": ARN}, 1024, 3072)


def test_a_manifest_names_an_image_by_digest() -> None:
    manifest = read(BY_IMAGE)

    assert (manifest.bundle, manifest.image) == (None, IMAGE)
    assert (manifest.command, manifest.environment) == ((), {})


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"image": IMAGE}, "bundle: give either bundle"),
        ({"bundle": None, "sha256": None}, "bundle: give either bundle"),
        ({"sha256": None}, "sha256: is missing; give the SHA-256"),
        ({"bundle": None, "image": IMAGE}, "sha256: belongs to a bundle"),
        ({"sha256": CHECKSUM.upper()}, "sha256: must be 64 lower-case hex digits"),
        ({"bundle": ".."}, "bundle: must be the name of a file beside"),
        ({"bundle": "b" * 256}, "bundle: must be the name of a file beside"),
        ({"bundle": "."}, "bundle: must be the name of a file beside"),
        ({"bundle": "../0.9.0/bundle.zip"}, "bundle: must be the name of a file beside"),
        ({"bundle": "/bundle.zip"}, "bundle: must be the name of a file beside"),
        ({"bundle": "a\\b.zip"}, "bundle: must be the name of a file beside"),
        ({"bundle": "bundle.zip\n"}, "bundle: must be the name of a file beside"),
        ({"service": "cart"}, "service: wanted 'shop' as in its key, found 'cart'"),
        ({"version": "1.0.0"}, "version: wanted '1.1.0' as in its key, found '1.0.0'"),
        (
            {"service": "cart", "environment": {"PORT": 80}, "sha256": None},
            "environment.PORT: must be a text, found a number; quote it\n"
            "shop/1.1.0/release.json.sha256: is missing; give the SHA-256 of the bundle in hex\n"
            "shop/1.1.0/release.json.service: wanted 'shop' as in its key, found 'cart'$",
        ),
        ({"secrets": {"KEY": "plain"}}, "secrets.KEY: must be the ARN of a Secrets Manager secret"),
        (
            {"secrets": {"KEY": ARN}, "environment": {"KEY": "v"}},
            "secrets.KEY: is in `env",
        ),
        ({"secrets": {"VIRIDIAN_BUNDLE": ARN}}, "secrets: key 'VIRIDIAN_BUNDLE' must be"),
        ({"cpu": 256}, "cpu: give both cpu and memory, or neither"),
        ({"cpu": 256, "memory": 4096}, "memory: with cpu 256 Fargate has 512 to 2048 in its steps"),
        ({"cpu": 300, "memory": 512}, "cpu: Fargate has 256, 512, 1024, 2048, 4096, 8192, 16384"),
        ({"environment": {"A-B": "1"}}, "environment: key 'A-B' must be"),
        ({"environment": {"RELEASE_VERSION": "2"}}, "environment: key 'RELEASE_VERSION' must be"),
        ({"environment": {"VIRIDIAN_BUNDLE": "x"}}, "environment: key 'VIRIDIAN_BUNDLE' must be"),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_key_and_path(
    members: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ManifestInvalid, match=f"^shop/1.1.0/release.json.{complaint}"):
        read({**BY_BUNDLE, **members})


@pytest.mark.parametrize("image", ["shop:latest", "shop", f"shop@sha256:{CHECKSUM[1:]}", ""])
def test_an_image_without_its_digest_is_refused(image: str) -> None:
    with pytest.raises(ManifestInvalid, match=r"release.json.image: must be an image by digest"):
        read({**BY_IMAGE, "image": image})


@given(st.binary(max_size=200))
def test_any_bytes_are_a_manifest_or_refused_as_none(content: bytes) -> None:
    with pytest.raises(ManifestInvalid, match=r"^shop/1.1.0/release.json"):
        Manifest.from_bytes(content, REQUEST)


def test_a_manifest_may_be_as_large_as_the_limit() -> None:
    content = json.dumps(BY_BUNDLE).encode().ljust(MANIFEST_LIMIT_BYTES)

    assert Manifest.from_bytes(content, REQUEST).bundle == "bundle.zip"


def test_a_manifest_over_the_limit_is_refused() -> None:
    content = json.dumps(BY_BUNDLE).encode().ljust(MANIFEST_LIMIT_BYTES + 1)

    with pytest.raises(ManifestTooLarge, match=f"over the limit of {MANIFEST_LIMIT_BYTES} bytes"):
        Manifest.from_bytes(content, REQUEST)
