"""What must not get lost, opened or duplicated: the buckets and the table."""

from typing import Any

import pytest

from tests.infra.template import Assembly

# As deployed. With another id CloudFormation makes an empty one and leaves the old one behind.
STATEFUL_IDS = {
    "AWS::DynamoDB::Table": ["StorageTableB43FDCE7"],
    "AWS::S3::Bucket": ["StorageAccessLogs96FB524C", "StorageArtifactBucket48D12CDB"],
}
CLOSED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


@pytest.fixture(scope="module")
def artifacts(assembly: Assembly) -> dict[str, Any]:
    return assembly.viridian.properties("S3::Bucket")["StorageArtifactBucket"]


@pytest.fixture(scope="module")
def table(assembly: Assembly) -> dict[str, Any]:
    return assembly.viridian.properties("DynamoDB::Table")["StorageTable"]


def test_logical_ids_of_what_keeps_data_never_change(assembly: Assembly) -> None:
    for kind, wanted in STATEFUL_IDS.items():
        found = [i for i, r in assembly.viridian.resources.items() if r["Type"] == kind]
        assert sorted(found) == wanted


def test_what_keeps_data_outlives_its_stack(assembly: Assembly) -> None:
    for template in assembly.templates:
        for resource in template.resources.values():
            if resource["Type"] in STATEFUL_IDS:
                assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_every_bucket_is_closed_and_encrypted(assembly: Assembly) -> None:
    for bucket in assembly.properties("S3::Bucket").values():
        [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
        assert bucket["PublicAccessBlockConfiguration"] == CLOSED


def test_every_bucket_refuses_what_comes_without_tls(assembly: Assembly) -> None:
    refusing = {
        assembly.spell(policy["Bucket"])
        for policy in assembly.properties("S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert refusing == {f"<{name}>" for name in assembly.properties("S3::Bucket")}


def test_artifacts_are_versioned_and_tell_eventbridge(artifacts: dict[str, Any]) -> None:
    assert artifacts["VersioningConfiguration"] == {"Status": "Enabled"}
    assert artifacts["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }


def test_a_version_outlives_any_release_that_still_runs_it(artifacts: dict[str, Any]) -> None:
    [rule] = artifacts["LifecycleConfiguration"]["Rules"]

    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 365}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert "ExpirationInDays" not in rule


def test_access_to_artifacts_is_logged(assembly: Assembly, artifacts: dict[str, Any]) -> None:
    destination = artifacts["LoggingConfiguration"]["DestinationBucketName"]

    assert assembly.spell(destination) == "<StorageAccessLogs>"


def test_the_table_can_be_brought_back_to_any_second(table: dict[str, Any]) -> None:
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["SSESpecification"] == {"SSEEnabled": True}


def test_the_table_has_the_keys_that_the_adapters_write(table: dict[str, Any]) -> None:
    keys = {(k["AttributeName"], k["KeyType"]) for k in table["KeySchema"]}

    assert keys == {("pk", "HASH"), ("sk", "RANGE")}
    assert {a["AttributeType"] for a in table["AttributeDefinitions"]} == {"S"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
