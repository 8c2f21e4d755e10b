"""Pipelines and their executions, by account and Region, and the jobs of all."""

from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from emulator.pipelines.actions import Actions
from emulator.pipelines.run import PipelineRun
from emulator.pipelines.structure import Pipeline
from emulator.repairs.codepipeline.account import EmulatedAccount
from emulator.repairs.codepipeline.events import teller
from emulator.repairs.refusals import Refusal

pipelines, runs = AccountRegionScopedDict(), AccountRegionScopedDict()
actions = Actions(EmulatedAccount())


def start(name: str) -> PipelineRun:
    """A new execution; raises Refusal for a pipeline that is not there."""
    pipeline = pipelines.get(name)
    if pipeline is None:
        raise Refusal("PipelineNotFoundException", f"The pipeline {name} does not exist")
    run = PipelineRun(pipeline, actions, teller(get_account_id(), get_region()))
    runs[run.id] = run
    run.start()
    return run


def found(request: dict[str, Any]) -> PipelineRun:
    """The execution that a request names."""
    run: PipelineRun | None = runs.get(request.get("pipelineExecutionId"))
    if run is None or run.pipeline.name != request.get("pipelineName"):
        raise Refusal("PipelineExecutionNotFoundException", "The execution does not exist")
    return run


def of_pipeline(name: str) -> list[PipelineRun]:
    """The newest first."""
    return [run for run in reversed(runs.values()) if run.pipeline.name == name]


def keep(pipeline: Pipeline) -> None:
    pipelines[pipeline.name] = pipeline


def forget_everything() -> None:
    """Also what runs."""
    for run in list(runs._data.values()):
        run.abandon()
    pipelines.clear()
    runs.clear()
