"""Objects of the artifact bucket, by version. The fake makes the same claims."""

import hashlib
import io

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tests.fakes import FakeArtifacts
from viridian.adapters.artifacts import Artifacts
from viridian.adapters.clients import client
from viridian.core.release.release import Stored

KEY = "shop/1.1.0/release.json"
LARGE = b"the release" * 200_000


class AwsArtifacts(Artifacts):
    """The adapter over a versioned bucket, and a way to upload."""

    def __init__(self) -> None:
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="artifacts")
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
        super().__init__(s3, "artifacts")

    def put(self, key: str, content: bytes) -> str:
        return str(self.s3.put_object(Bucket=self.name, Key=key, Body=content)["VersionId"])


Bucket = AwsArtifacts | FakeArtifacts


@pytest.fixture(params=[AwsArtifacts, FakeArtifacts], ids=["aws", "fake"])
def artifacts(request: pytest.FixtureRequest, aws: None) -> Bucket:
    made: Bucket = request.param()
    return made


def test_a_named_version_is_read_else_the_newest(artifacts: Bucket) -> None:
    first = artifacts.put(KEY, b"1")
    artifacts.put(KEY, b"2")

    assert artifacts.read(KEY, first, 9) == b"1"
    assert artifacts.read(KEY, None, 9) == b"2"


@pytest.mark.parametrize("version_id", ["v9", "00000000-0000-0000-0000-000000000000"])
def test_what_is_not_there_is_none_though_there_is_another_version(
    artifacts: Bucket, version_id: str
) -> None:
    artifacts.put(KEY, b"1")

    assert artifacts.read(KEY, version_id, 9) is None
    assert artifacts.read("other", None, 9) is None
    assert artifacts.digest("other") is None


def test_a_checksum_is_that_of_the_newest_version_read_to_its_end(artifacts: Bucket) -> None:
    artifacts.put(KEY, b"an older upload")
    newest = artifacts.put(KEY, LARGE)

    assert artifacts.digest(KEY) == Stored(newest, hashlib.sha256(LARGE).hexdigest())


def test_no_more_is_read_than_was_asked_for(artifacts: Bucket) -> None:
    artifacts.put(KEY, LARGE)

    assert artifacts.read(KEY, None, 20) == LARGE[:20]


def test_a_release_is_published_once_for_the_same_bytes(artifacts: Bucket) -> None:
    def put(bundle: bytes) -> str:
        return artifacts.publish(KEY, str.encode, io.BytesIO(bundle))

    first = put(b"one")
    assert (put(b"one"), artifacts.newest(KEY)) == (first, first)
    assert artifacts.read(KEY, None, 99) == hashlib.sha256(b"one").hexdigest().encode()
    second = put(b"two")
    stored = artifacts.digest("shop/1.1.0/bundle.zip")
    assert (second != first, artifacts.newest(KEY)) == (True, second)
    assert stored
    assert stored.sha256 == hashlib.sha256(b"two").hexdigest()
    assert artifacts.newest("other") is None


def test_a_bundle_lies_beside_its_manifest_whatever_the_version_is_called(
    artifacts: Bucket,
) -> None:
    artifacts.publish("shop/release.json/release.json", str.encode, io.BytesIO(b"one"))

    assert artifacts.digest("shop/release.json/bundle.zip")


def test_two_who_publish_at_once_put_one_manifest(aws: None) -> None:
    artifacts = AwsArtifacts()

    class Bundle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            artifacts.put(KEY, b"another's")
            return super().read(size)

    with pytest.raises(ClientError, match="PreconditionFailed"):
        artifacts.publish(KEY, str.encode, Bundle(b"one"))
    assert artifacts.read(KEY, None, 99) == b"another's"


def test_what_is_put_once_is_never_another(artifacts: Bucket) -> None:
    first = artifacts.put_once(KEY, b"one")

    assert (artifacts.put_once(KEY, b"one"), artifacts.newest(KEY)) == (first, first)
    assert artifacts.put_once(KEY, b"two") is None
    assert artifacts.read(KEY, None, 9) == b"one"


class CountedBody(StreamingBody):
    """A body that knows how much of it was read."""

    def __init__(self, size: int) -> None:
        super().__init__(io.BytesIO(b" " * size), size)

    def read(self, amt: int | None = None) -> bytes:
        content = super().read(amt)
        self.read_bytes = getattr(self, "read_bytes", 0) + len(content)
        return content


def test_the_rest_of_a_large_object_is_not_fetched() -> None:
    s3, body = client("s3"), CountedBody(10_000)
    with Stubber(s3) as stub:
        stub.add_response("get_object", {"Body": body})
        Artifacts(s3, "artifacts").read(KEY, None, 20)

    assert body.read_bytes == 20


@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown", "NoSuchBucket"])
def test_an_answer_that_is_not_absence_is_not_called_absence(code: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code)

        with pytest.raises(s3.exceptions.ClientError, match=code):
            Artifacts(s3, "artifacts").read(KEY, None, 9)


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchVersion", "MethodNotAllowed"])
def test_a_deleted_object_is_not_there(code: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code)

        assert Artifacts(s3, "artifacts").read(KEY, None, 9) is None
