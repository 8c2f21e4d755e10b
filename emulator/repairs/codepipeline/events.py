"""What CodePipeline tells EventBridge: the states of executions and of actions."""

import json
from collections.abc import Callable
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import eventbridge

from emulator.pipelines.run import ActionRun, PipelineRun

Record = dict[str, Any]

STATES = {"InProgress": "STARTED"}
"""Where an event's word is another one than the API's in capitals."""
RESULT = {
    "externalExecutionId": "external-execution-id",
    "externalExecutionSummary": "external-execution-summary",
}


def teller(account: str, region: str) -> Callable[[PipelineRun, ActionRun | None], None]:
    """Sends the events of an execution in this place."""

    def tell(run: PipelineRun, running: ActionRun | None) -> None:
        status = run.status if running is None else running.status
        what = "Pipeline" if running is None else "Action"
        detail = {
            "pipeline": run.pipeline.name,
            "execution-id": run.id,
            "state": STATES.get(status, status.upper()),
            "version": 1.0,
            **({} if running is None else _of_action(running)),
        }
        entry = {
            "Source": "aws.codepipeline",
            "DetailType": f"CodePipeline {what} Execution State Change",
            "Resources": [f"arn:aws:codepipeline:{region}:{account}:{run.pipeline.name}"],
            "Detail": json.dumps(detail),
        }
        with request_scope(account, region):
            eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)

    return tell


def _of_action(running: ActionRun) -> Record:
    told = {event: running.result[name] for name, event in RESULT.items() if name in running.result}
    kind = {name.lower(): value for name, value in running.action.type.items()}
    return {
        "action": running.action.name,
        "stage": running.action.stage,
        "action-execution-id": running.id,
        "type": kind,
        **({"execution-result": told} if told else {}),
    }
