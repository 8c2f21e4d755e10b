"""Packing and uploading a release."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from viridian_cli.release import ReleaseUnusable, pack, upload, zip_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "release.json").write_text(
        '{"service": "shop", "version": "1.1.0", "command": ["python3", "app.py"]}'
    )
    (tmp_path / "app.py").write_text("print('hello')\n")
    return tmp_path


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="artifacts")
        client.put_bucket_versioning(
            Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"}
        )
        yield client


def test_the_same_files_give_the_same_bytes(folder: Path) -> None:
    before = pack(folder)
    os.utime(folder / "app.py", (1, 1))
    assert pack(folder).content == before.content


def test_another_byte_gives_another_digest(folder: Path) -> None:
    before = pack(folder).sha256
    (folder / "app.py").write_text("print('bye')\n")
    assert pack(folder).sha256 != before


@pytest.mark.parametrize("left", ["__pycache__", ".viridian"])
def test_what_tools_leave_behind_is_in_an_asset_alone(folder: Path, left: str) -> None:
    packed, zipped = pack(folder).content, zip_folder(folder)
    (folder / left).mkdir()
    (folder / left / "app.pyc").write_text("x")
    assert pack(folder).content == packed
    assert zip_folder(folder) != zipped


def test_a_link_is_packed_as_the_file_it_leads_to(folder: Path) -> None:
    copied = pack(folder).content
    elsewhere = folder.with_name("shared.py")
    (folder / "app.py").rename(elsewhere)
    (folder / "app.py").symlink_to(elsewhere)
    assert pack(folder).content == copied


def test_the_manifest_comes_last_and_names_the_bundle(folder: Path, s3: Any) -> None:
    release = pack(folder)
    deployment_id = upload(s3, "artifacts", release)
    found = s3.list_objects_v2(Bucket="artifacts")["Contents"]
    manifest = json.load(s3.get_object(Bucket="artifacts", Key="shop/1.1.0/release.json")["Body"])
    assert [item["Key"] for item in found] == ["shop/1.1.0/bundle.zip", "shop/1.1.0/release.json"]
    assert (manifest["bundle"], manifest["sha256"]) == ("bundle.zip", release.sha256)
    assert re.fullmatch(r"shop-1\.1\.0-[0-9a-f]{12}", deployment_id)
    assert manifest["command"] == ["python3", "app.py"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[]", "must be an object such as"),
        ("{", "not JSON: Expecting property name"),
        ("[" * 100_000, "not JSON: maximum recursion depth"),
        (
            '{"service": "shop", "version": "1", "command": "a", "b": 1}',
            "command: must.*\\n.*b: unk",
        ),
        ('{"version": "1", "command": ["run"]}', "service: is missing"),
        ('{"service": "Shop", "version": "1", "command": ["run"]}', "service: must be a lower-"),
        ('{"service": "shop", "version": 1, "command": ["run"]}', "version: must be a version"),
        ('{"service": "shop", "version": "1 a", "command": ["run"]}', "version: must be a version"),
        ('{"service": "shop", "version": "1", "command": ["run"], "env": {}}', "env: unknown key"),
    ],
)
def test_a_wrong_manifest_is_told_with_its_path(folder: Path, content: str, complaint: str) -> None:
    (folder / "release.json").write_text(content)
    with pytest.raises(ReleaseUnusable, match=complaint) as refused:
        pack(folder)
    for line in str(refused.value).splitlines():
        assert line.startswith(f"{folder / 'release.json'}")
        assert line.count("release.json") == 1


def test_a_missing_manifest_is_told_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(ReleaseUnusable, match=r"release\.json: not found; it should say"):
        pack(tmp_path)
