"""CodePipeline, which ministack has not: pipelines of a template, their executions and jobs."""

from emulator.repairs import json_services
from emulator.repairs.codepipeline import starting, templates
from emulator.repairs.codepipeline.api import ACTIONS


def apply() -> None:
    json_services.serve("codepipeline", "CodePipeline_20150709", ACTIONS)
    templates.apply()
    starting.apply()
