"""ImagePushed: an image that is pushed is put as a release, by its digest, once."""

import json
from typing import Any

import pytest

from tests.handlers.conftest import CONTEXT, Shop
from viridian.core.errors import VersionTaken
from viridian.core.release.manifest import Manifest
from viridian.core.release.request import Request
from viridian.handlers.events.image_pushed import handler

KEY = "shop/v2/release.json"


def image(digit: str) -> str:
    return f"123456789012.dkr.ecr.eu-west-3.amazonaws.com/shop@sha256:{digit * 64}"


def push(shop: Shop, digit: str = "a") -> Any:
    event = {"service": "shop", "version": "v2", "image": image(digit)}
    return handler(event, CONTEXT, shop.artifacts)["manifest_version_id"]


def test_its_tag_is_the_version_and_its_digest_what_runs(shop: Shop) -> None:
    push(shop)

    [content] = shop.artifacts.objects[KEY]
    assert json.loads(content) == {"service": "shop", "version": "v2", "image": image("a")}
    assert Manifest.from_bytes(content, Request("shop", "v2")).image == image("a")


def test_a_push_that_is_told_twice_puts_one_release(shop: Shop) -> None:
    assert push(shop) == push(shop)
    assert len(shop.artifacts.objects[KEY]) == 1


def test_a_tag_that_was_moved_is_refused(shop: Shop) -> None:
    push(shop)

    with pytest.raises(VersionTaken, match=f"{KEY}: is another release than .*b@?") as refused:
        push(shop, "b")
    assert "under a new tag" in str(refused.value)
    assert len(shop.artifacts.objects[KEY]) == 1
