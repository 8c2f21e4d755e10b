"""Putting an assembly into an account."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import boto3
import pytest
from moto import mock_aws

from rehearsal.assembly import Account, Assembly, ClientFor, Deployer, DeployFailed, asset_content

ACCOUNT = Account("123456789012", "us-east-1")
BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


@pytest.fixture
def client() -> Iterator[ClientFor]:
    with mock_aws():
        session: Any = boto3.Session(region_name="us-east-1")
        yield session.client


def stack(name: str, *dependencies: str) -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "dependencies": list(dependencies),
        "properties": {
            "templateFile": f"{name}.template.json",
            "stackTemplateAssetObjectUrl": f"s3://{BUCKET}/{name}.json",
            "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
            "requiresBootstrapStackVersion": 6,
        },
    }


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    (tmp_path / "Shop.template.json").write_text('{"Parameters": {"Words": {}}}')
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "handler.py").write_text("pass\n")
    files = {
        key: {
            "source": {"path": path, "packaging": packaging},
            "destinations": {"here": {"bucketName": BUCKET, "objectKey": key}},
        }
        for key, path, packaging in (
            ("Shop.json", "Shop.template.json", "file"),
            ("code.zip", "code", "zip"),
        )
    }
    (tmp_path / "Shop.assets.json").write_text(json.dumps({"files": files, "dockerImages": {}}))
    return Assembly(tmp_path, {"Shop": stack("Shop")})


def test_a_stack_comes_after_those_it_depends_on(tmp_path: Path) -> None:
    assembly = Assembly(tmp_path, {"Shop": stack("Shop", "Viridian"), "Viridian": stack("V")})
    assert assembly.stacks == ["Viridian", "Shop"]


def test_a_folder_without_an_assembly_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeployFailed, match=f"{tmp_path}: no cloud assembly"):
        Assembly.at(tmp_path)


def test_placeholders_are_filled() -> None:
    filled = ACCOUNT.filled("${AWS::Partition}:${AWS::AccountId}:${AWS::Region}")
    assert filled == "aws:123456789012:us-east-1"


def test_a_folder_is_zipped_and_a_file_is_taken_as_it_is(assembly: Assembly) -> None:
    zipped = asset_content(assembly.folder, {"path": "code", "packaging": "zip"})
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.namelist() == ["handler.py"]
    taken = asset_content(assembly.folder, {"path": "code/handler.py", "packaging": "file"})
    assert taken == b"pass\n"


def test_docker_images_are_refused(assembly: Assembly) -> None:
    (assembly.folder / "Shop.assets.json").write_text('{"dockerImages": {"a": {}}}')
    with pytest.raises(DeployFailed, match="Shop: has Docker images"):
        assembly.file_assets("Shop")


class FakeCloudFormation:
    """Answers with one event; a broken stack of ministack's still calls itself complete."""

    def __init__(self, resource_status: str, reason: str = "") -> None:
        self.created: dict[str, Any] = {}
        self._event = {
            "LogicalResourceId": "Alarm",
            "ResourceType": "AWS::CloudWatch::Alarm",
            "ResourceStatus": resource_status,
            "ResourceStatusReason": reason,
        }

    def create_stack(self, **request: Any) -> None:
        self.created = request

    def describe_stacks(self, **_: object) -> dict[str, Any]:
        outputs = [{"OutputKey": "Said", "OutputValue": "hello"}]
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": outputs}]}

    def get_paginator(self, _: object) -> Self:
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return [{"StackEvents": [self._event]}]


def deployer_with(cloudformation: FakeCloudFormation, client: ClientFor) -> Deployer:
    def client_for(service: str) -> Any:
        return cloudformation if service == "cloudformation" else client(service)

    return Deployer(client_for, "http://127.0.0.1:1", ACCOUNT)


def test_a_stack_is_created_from_its_published_template_with_the_parameters_it_takes(
    assembly: Assembly, client: ClientFor
) -> None:
    cloudformation = FakeCloudFormation("CREATE_COMPLETE")
    offered = {"Words": "hi", "More": "of it"}
    outputs = deployer_with(cloudformation, client).deploy(assembly, "Shop", offered)
    template, created = f"{ACCOUNT.filled(BUCKET)}/Shop.json", cloudformation.created
    assert outputs == {"Said": "hello"}
    assert created["TemplateURL"] == f"http://127.0.0.1:1/{template}"
    assert created["Parameters"] == [{"ParameterKey": "Words", "ParameterValue": "hi"}]


def test_its_assets_and_the_facts_of_the_bootstrap_are_in_the_account(
    assembly: Assembly, client: ClientFor
) -> None:
    deployer_with(FakeCloudFormation("CREATE_COMPLETE"), client).deploy(assembly, "Shop", {})
    listed = client("s3").list_objects_v2(Bucket=ACCOUNT.filled(BUCKET))["Contents"]
    version = client("ssm").get_parameter(Name="/cdk-bootstrap/hnb659fds/version")
    assert [item["Key"] for item in listed] == ["Shop.json", "code.zip"]
    assert version["Parameter"]["Value"] == "6"


def test_a_failed_resource_fails_a_stack_that_calls_itself_complete(
    assembly: Assembly, client: ClientFor
) -> None:
    broken = FakeCloudFormation("CREATE_FAILED", "unsupported")
    with pytest.raises(DeployFailed, match=r"Alarm \(AWS::CloudWatch::Alarm\): unsupported"):
        deployer_with(broken, client).deploy(assembly, "Shop", {})
