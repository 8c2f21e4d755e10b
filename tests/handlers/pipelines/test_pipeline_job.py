"""PipelineJob: an action of a pipeline deploys a release, and ends as its deployment does."""

import io
import json
import zipfile
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest

from tests.handlers.conftest import CONTEXT, Shop
from tests.handlers.malformed import variants
from tests.handlers.test_malformed import EACH
from viridian.adapters.starter import Starter
from viridian.core.errors import Refusal
from viridian.core.record import promoted
from viridian.core.release.upload import Upload
from viridian.core.sides import Production
from viridian.handlers.pipelines.pipeline_job import handler

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:deploy"
FIRST, SECOND = (f"11111111-2222-3333-4444-{n:012}" for n in (1, 2))
SECRET = "planted-7a1e"
PLACE = {"bucketName": "pipeline", "objectKey": "shop/Build/abc"}
RELEASE = {"service": "shop", "version": "1.1.0"}
MANIFEST = {"service": "shop", "version": "2.0.0", "command": ["python3", "app.py"]}


@pytest.fixture
def uploaded(shop: Shop) -> str:
    """A release that lies in the bucket; the deployment that its upload starts."""
    version = shop.artifacts.put("shop/1.1.0/release.json", b"{}")
    return Upload.of("artifacts", "shop/1.1.0/release.json", version).deployment_id


def job_of(job: str, asked: Any, **data: Any) -> dict[str, Any]:
    """The event, as CodePipeline makes it."""
    configuration = {"FunctionName": "PipelineJob", "UserParameters": json.dumps(asked)}
    secrets = ("accessKeyId", "secretAccessKey", "sessionToken")
    told = {
        "actionConfiguration": {"configuration": configuration},
        "inputArtifacts": [],
        "artifactCredentials": dict.fromkeys(secrets, SECRET),
        **data,
    }
    return {"CodePipeline.job": {"id": job, "accountId": "123456789012", "data": told}}


def call(shop: Shop, job: str = FIRST, asked: Any = RELEASE, **data: Any) -> dict[str, Any]:
    """As CodePipeline calls it; what was answered is in `shop.pipelines.answers`."""
    return handle(shop, job_of(job, asked, **data))


def handle(shop: Shop, event: Any) -> dict[str, Any]:
    return handler(
        event,
        CONTEXT,
        shop.pipelines,
        Starter(shop.executions, shop.artifacts, shop.records, MACHINE),
        lambda _: None,
    )


def artifact(shop: Shop, manifest: Any = MANIFEST, *, name: str = "release.json") -> Any:
    """A release as a build leaves it, and how a job names it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, json.dumps(manifest))
        archive.writestr("app.py", "print()")
    shop.pipelines.artifacts["pipeline", "shop/Build/abc"] = packed.getvalue()
    return [{"name": "Build", "location": {"type": "S3", "s3Location": PLACE}}]


def test_a_release_is_deployed_and_the_action_goes_on(shop: Shop, uploaded: str) -> None:
    answer = call(shop)

    request = {"service": "shop", "version": "1.1.0", "manifest_version_id": "v1"}
    assert answer == {"deployment_id": uploaded, "status": "RUNNING"}
    assert shop.executions.started == {(MACHINE, uploaded): request}
    assert shop.pipelines.answers == {FIRST: ("go on", uploaded, f"{uploaded} runs")}


def test_it_joins_the_deployment_that_the_upload_began(shop: Shop, uploaded: str) -> None:
    by_upload = {"service": "shop", "version": "1.1.0", "uploaded_at": "12:00"}
    shop.executions.start(MACHINE, uploaded, by_upload)

    assert call(shop)["deployment_id"] == uploaded
    assert shop.executions.started == {(MACHINE, uploaded): by_upload}


def test_a_deployment_that_was_promoted_ends_the_action_well(shop: Shop, uploaded: str) -> None:
    call(shop)
    shop.executions.end(MACHINE, uploaded, "SUCCEEDED")

    call(shop, SECOND, continuationToken=uploaded)

    assert shop.pipelines.answers[SECOND] == ("succeed", uploaded, f"{uploaded} ended")
    assert shop.pipelines.variables == {
        "outcome": "promoted",
        "version": "1.1.0",
        "report": f"deployments/shop/{uploaded}/report.html",
    }


def test_one_that_was_not_ends_it_with_the_ending_s_name_and_cause(
    shop: Shop, uploaded: str
) -> None:
    call(shop)
    shop.executions.end(MACHINE, uploaded, "FAILED", error="DeploymentReverted", cause="an alarm")

    call(shop, SECOND, continuationToken=uploaded)

    kind, deployment, message = shop.pipelines.answers[SECOND]
    assert (kind, deployment) == ("JobFailed", uploaded)
    assert message == f"{uploaded} failed (DeploymentReverted: an alarm)"


def test_a_job_that_is_handed_over_twice_begins_one_deployment(shop: Shop, uploaded: str) -> None:
    call(shop)
    call(shop)

    assert list(shop.executions.started) == [(MACHINE, uploaded)]


def test_a_stage_that_is_retried_begins_another_deployment(shop: Shop, uploaded: str) -> None:
    call(shop)
    shop.executions.end(MACHINE, uploaded, "FAILED", error="DeploymentReverted", cause="an alarm")

    again = call(shop, SECOND)["deployment_id"]

    assert again != uploaded
    assert again.startswith("shop-1.1.0-")
    assert call(shop, SECOND)["deployment_id"] == again
    assert len(shop.executions.started) == 2


def test_what_is_live_by_its_upload_is_not_deployed_again(shop: Shop, uploaded: str) -> None:
    shop.executions.end(MACHINE, uploaded, "SUCCEEDED")
    live = Production("1.1.0", "green", uploaded, "before", "then")
    shop.records.write(promoted("shop", live))

    call(shop)

    assert shop.pipelines.answers[FIRST][:2] == ("succeed", uploaded)
    assert len(shop.executions.started) == 1


def test_a_request_with_more_in_it_is_a_deployment_of_its_own(shop: Shop, uploaded: str) -> None:
    steps = [{"percent": 100, "bake_seconds": 60}]
    name = call(shop, asked={"service": "shop", "version": "1.1.0", "steps": steps})

    assert name["deployment_id"] != uploaded
    [request] = shop.executions.started.values()
    assert request["steps"] == steps


def test_what_is_live_is_deployed_again_without_a_version(shop: Shop) -> None:
    name = call(shop, asked={"service": "shop"})["deployment_id"]

    assert shop.executions.started == {(MACHINE, name): {"service": "shop"}}


def test_the_input_artifact_is_taken_for_the_release(shop: Shop) -> None:
    inputs = artifact(shop)
    name = call(shop, asked={}, inputArtifacts=inputs)["deployment_id"]

    key = "shop/2.0.0/release.json"
    assert name == Upload.of("artifacts", key, "v1").deployment_id
    manifest = json.loads(shop.artifacts.objects[key][0])
    stored = shop.artifacts.digest("shop/2.0.0/bundle.zip")
    assert stored
    assert manifest == {**MANIFEST, "bundle": "bundle.zip", "sha256": stored.sha256}
    call(shop, asked={"service": "shop"}, inputArtifacts=inputs)
    assert len(shop.artifacts.objects[key]) == 1
    assert len(shop.executions.started) == 1


def test_a_release_that_names_an_image_is_not_its_artifact(shop: Shop) -> None:
    image = f"shop@sha256:{'a' * 64}"
    call(shop, asked={}, inputArtifacts=artifact(shop, {**MANIFEST, "image": image}))

    manifest = json.loads(shop.artifacts.objects["shop/2.0.0/release.json"][0])
    assert manifest == {**MANIFEST, "image": image}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ([], "RequestInvalid: UserParameters: must be an object"),
        ({}, "RequestInvalid: input.service: is missing"),
        ({"service": "shop", "versoin": "1"}, "RequestInvalid: input.versoin"),
        ({"service": "shop", "version": "9"}, "ManifestMissing: s3://artifacts/shop/9/release"),
    ],
)
def test_what_cannot_be_begun_ends_the_action_with_what_is_wrong(
    shop: Shop, asked: Any, message: str
) -> None:
    call(shop, asked=asked)

    kind, deployment, told = shop.pipelines.answers[FIRST]
    assert (kind, deployment) == ("ConfigurationError", "none")
    assert told.startswith(message)
    assert not shop.executions.started


def test_an_artifact_that_is_no_release_ends_it_too(shop: Shop) -> None:
    call(shop, asked={"service": "shop"}, inputArtifacts=artifact(shop, name="other.json"))

    _, _, told = shop.pipelines.answers[FIRST]
    assert told.startswith("ManifestMissing: s3://pipeline/shop/Build/abc: release.json: not found")


def test_whatever_a_job_holds_it_is_answered_and_starts_nothing_that_nobody_asked_for(
    shop: Shop, uploaded: str
) -> None:
    whole = job_of(FIRST, RELEASE, inputArtifacts=artifact(shop), continuationToken=uploaded)
    asked = (job_of(FIRST, found) for found in variants("asked", RELEASE, EACH, knows_all=True))
    for event in (None, [], {}, *variants("job", whole, EACH), *asked):
        shop.pipelines.answers.clear()
        with suppress(Refusal):  # of one that does not say which job it is
            assert handle(shop, event)
            assert shop.pipelines.answers[FIRST]

    assert set(shop.executions.started) <= {(MACHINE, uploaded)}


def test_the_credentials_of_a_job_are_told_nowhere(shop: Shop, log: StringIO) -> None:
    call(shop, asked={}, inputArtifacts=artifact(shop))
    call(shop, SECOND, asked={}, inputArtifacts=[{"location": None}])

    assert log.getvalue()
    assert SECRET not in log.getvalue() + repr(shop.pipelines.answers)
