"""What CodePipeline is answered, as its model has it, and an artifact read by a job's own right."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from viridian.adapters.clients import client
from viridian.adapters.pipelines import Pipelines
from viridian.core.errors import ArtifactMissing
from viridian.core.pipeline import Artifact

JOB = "11111111-2222-3333-4444-555555555555"
DETAILS = {"summary": "runs", "externalExecutionId": "shop-1"}
ARTIFACT = Artifact("pipeline", "shop/Build/abc", ("key", "secret", "token"))


@pytest.fixture
def stub() -> Iterator[Stubber]:
    with Stubber(client("codepipeline")) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def pipelines(stub: Stubber) -> Pipelines:
    return Pipelines(stub.client)


def test_an_action_that_goes_on_hands_its_deployment_on(
    stub: Stubber, pipelines: Pipelines
) -> None:
    answer = {"jobId": JOB, "continuationToken": "shop-1", "executionDetails": DETAILS}
    stub.add_response("put_job_success_result", {}, answer)

    assert pipelines.go_on(JOB, "shop-1", "runs")


def test_an_action_that_ends_well_has_variables(stub: Stubber, pipelines: Pipelines) -> None:
    answer = {"jobId": JOB, "executionDetails": DETAILS, "outputVariables": {"version": "1"}}
    stub.add_response("put_job_success_result", {}, answer)

    assert pipelines.succeed(JOB, "shop-1", "runs", version="1")


def test_one_that_fails_says_why_as_far_as_there_is_room(
    stub: Stubber, pipelines: Pipelines
) -> None:
    details = {"type": "JobFailed", "message": "y" * 2_048, "externalExecutionId": "shop-1"}
    stub.add_response("put_job_failure_result", {}, {"jobId": JOB, "failureDetails": details})

    assert pipelines.fail(JOB, "JobFailed", "y" * 5_000, "shop-1")


@pytest.mark.parametrize("error", ["InvalidJobStateException", "JobNotFoundException"])
def test_a_job_that_nobody_waits_for_is_no_error(
    stub: Stubber, pipelines: Pipelines, error: str
) -> None:
    stub.add_client_error("put_job_success_result", error)
    stub.add_client_error("put_job_failure_result", error)

    assert not pipelines.go_on(JOB, "shop-1", "runs")
    assert not pipelines.fail(JOB, "JobFailed", "because")


def test_an_artifact_is_read_and_what_nobody_may_read_is_missing(
    pipelines: Pipelines, aws: None
) -> None:
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="pipeline")
    s3.put_object(Bucket="pipeline", Key="shop/Build/abc", Body=b"packed")

    with pipelines.opened(ARTIFACT) as file:
        assert file.read() == b"packed"
    gone = Artifact("pipeline", "shop/Build/gone", ARTIFACT.credentials)
    with (
        pytest.raises(ArtifactMissing, match=r"^s3://pipeline/shop/Build/gone: NoSuchKey"),
        pipelines.opened(gone),
    ):
        pass
