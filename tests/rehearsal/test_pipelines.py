"""Pipelines deploy to a shop under traffic: by the function, by the machine itself, and stopped."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.demo.pipeline import SOURCE_KEY, PipelineWay, in_words
from rehearsal.images import push_image
from rehearsal.session import SHOP, Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import PIPED, Assemblies
from tests.rehearsal.live_shop import LOOK_SECONDS, eventually, live_shop, shop_release
from viridian.core.document import report_key
from viridian.core.release.upload import Upload
from viridian_cli.release import pack

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("pipelines")]

LONGEST_SECONDS = 120.0


class Stage:
    """A shop that is live under traffic, the example's pipeline, and the one of the machine."""

    def __init__(self, rehearsal: Rehearsal, traffic: Traffic) -> None:
        self.rehearsal, self.traffic = rehearsal, traffic
        told = rehearsal.outputs.told
        self.example = PipelineWay(rehearsal, told["PipelineName"], told["SourceBucketName"])
        self.native = PipelineWay(
            rehearsal, told["NativePipelineName"], told["NativeSourceBucketName"]
        )


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("pipelines")
    with live_shop(folder, assemblies.at(PIPED)) as (rehearsal, traffic):
        yield Stage(rehearsal, traffic)


def test_source_build_and_deploy_promote_a_release_and_tell_what_they_deployed(
    stage: Stage,
) -> None:
    deployment = stage.example.begin(pack(SHOP / "releases" / "1.1.0"))
    ending = deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=LONGEST_SECONDS)

    action = stage.example.end()
    assert (ending.status, action["status"]) == ("SUCCEEDED", "Succeeded"), in_words(action)
    assert action["output"]["outputVariables"] == {
        "outcome": "promoted",
        "version": "1.1.0",
        "report": report_key("shop", deployment.id),
    }
    assert action["output"]["executionResult"]["externalExecutionId"] == deployment.id
    assert stage.traffic.answers().failed == 0


def test_the_machine_is_an_action_too_and_names_its_execution(stage: Stage) -> None:
    pipelines, storage = (stage.rehearsal.client(name) for name in ("codepipeline", "s3"))
    storage.put_object(Bucket=stage.native.sources, Key=SOURCE_KEY, Body=b"-")
    pipelines.start_pipeline_execution(name=stage.native.name)

    def ended() -> Any:
        found = pipelines.list_action_executions(pipelineName=stage.native.name)
        newest = found["actionExecutionDetails"][0]
        return newest["status"] != "InProgress" and newest["actionName"] == "Deploy" and newest

    action = eventually(ended, LONGEST_SECONDS)
    assert action["status"] == "Succeeded", in_words(action)
    name = f"shop-{action['actionExecutionId']}"
    assert action["output"]["outputVariables"]["ExecutionArn"].endswith(f":{name}")
    assert stage.rehearsal.deployment(name).look().state == "DeploymentPromoted"


def test_what_is_stopped_for_good_takes_its_deployment_back(stage: Stage, tmp_path: Path) -> None:
    deployment = stage.example.begin(shop_release(tmp_path, "2.0.0"))
    eventually(lambda: deployment.candidate_percent() > 0, LONGEST_SECONDS)
    pipelines = stage.rehearsal.client("codepipeline")
    listed = pipelines.list_action_executions(pipelineName=stage.example.name)
    execution = listed["actionExecutionDetails"][0]["pipelineExecutionId"]

    pipelines.stop_pipeline_execution(
        pipelineName=stage.example.name, pipelineExecutionId=execution, abandon=True
    )

    ending = deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=LONGEST_SECONDS)
    assert stage.example.end()["status"] == "Abandoned"
    assert ending.error == "DeploymentReverted"
    assert f"its execution {execution} was stopped" in str(ending.cause)
    assert deployment.candidate_percent() == 0


def test_an_image_that_was_pushed_is_deployed(stage: Stage, tmp_path: Path) -> None:
    """Told as the rule on ECR's event tells it: the emulator's registry sends none."""
    image = push_image(stage.rehearsal.client("s3"), shop_release(tmp_path, "4.0.0"))
    functions = stage.rehearsal.client("lambda")
    handlers = {
        each["Handler"]: each["FunctionName"]
        for each in functions.list_functions(MaxItems=100)["Functions"]
    }
    event = {"service": "shop", "version": "4.0.0", "image": image}
    answer = functions.invoke(
        FunctionName=handlers["viridian.handlers.events.image_pushed.handler"],
        Payload=json.dumps(event),
    )
    told = json.load(answer["Payload"])
    assert "FunctionError" not in answer, told

    key, bucket = "shop/4.0.0/release.json", stage.rehearsal.outputs.artifact_bucket
    name = Upload.of(bucket, key, told["manifest_version_id"]).deployment_id
    deployment = stage.rehearsal.deployment(name)
    ending = deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=LONGEST_SECONDS)
    assert ending.error is None, ending.cause
    assert stage.traffic.answers().requests_to("4.0.0") > 0
