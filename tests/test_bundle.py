"""A runtime image's entry point runs the release's bytes or nothing."""

import hashlib
import io
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from viridian import bundle as runtime


@pytest.fixture
def bundle() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "print('1.1.0')")
        program = zipfile.ZipInfo("run")
        program.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(program, "#!/bin/sh")
    return buffer.getvalue()


@pytest.fixture
def uri(bundle: bytes) -> Any:
    """The bundle's own version, under a key that was overwritten since."""
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="artifacts")
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
        key = "shop/1.1.0/bundle.zip"
        put = s3.put_object(Bucket="artifacts", Key=key, Body=bundle)
        s3.put_object(Bucket="artifacts", Key=key, Body=b"something else")
        yield f"s3://artifacts/{key}?versionId={put['VersionId']}"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[list[str], Path]]:
    """The command that the process became, and where; it is not to become it here."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    became: list[tuple[list[str], Path]] = []
    monkeypatch.setattr("os.execvp", lambda _file, command: became.append((command, Path.cwd())))
    monkeypatch.chdir(Path.cwd())
    return became


def test_the_command_runs_where_the_bundle_was_unpacked(
    uri: str,
    bundle: bytes,
    ran: list[tuple[list[str], Path]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("VIRIDIAN_BUNDLE", uri)
    monkeypatch.setenv("VIRIDIAN_BUNDLE_SHA256", hashlib.sha256(bundle).hexdigest())
    runtime.main(["python3", "app.py"])

    [(command, folder)] = ran
    assert command == ["python3", "app.py"]
    assert folder.parent == tmp_path
    assert (folder / "app.py").read_text() == "print('1.1.0')"
    assert os.access(folder / "run", os.X_OK)


def test_other_bytes_are_never_unpacked(uri: str, tmp_path: Path) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    with pytest.raises(runtime.BundleRefused, match=r"wanted 00, found [0-9a-f]{64} in s3:"):
        runtime.unpack(s3, uri, "00", tmp_path)

    assert not list(tmp_path.iterdir())


def test_without_a_bundle_the_images_own_release_runs(
    ran: list[tuple[list[str], Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRIDIAN_BUNDLE", raising=False)
    here = Path.cwd()
    runtime.main(["python3", "app.py"])

    assert ran == [(["python3", "app.py"], here)]


def test_a_bundle_without_its_digest_does_not_start(
    uri: str, ran: list[tuple[list[str], Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRIDIAN_BUNDLE", uri)
    monkeypatch.delenv("VIRIDIAN_BUNDLE_SHA256", raising=False)

    with pytest.raises(KeyError, match="VIRIDIAN_BUNDLE_SHA256"):
        runtime.main(["python3", "app.py"])
    assert ran == []
