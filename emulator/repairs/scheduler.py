"""EventBridge Scheduler: a schedule may put an event on the bus, as its role may, within a second.

ministack looks at schedules every ten seconds, and hands the bus an event of its own name.
"""

import logging
from typing import Any

from ministack import app
from ministack.core.iam_evaluator import enforce as find_denial
from ministack.core.responses import get_region
from ministack.services import eventbridge, scheduler

from emulator.repairs import lambda_

Record = dict[str, Any]

LOOK_SECONDS = 1
PUT = "events:PutEvents"
logger = logging.getLogger(__name__)
send_as_shipped = eventbridge._dispatch_to_event_bus


def apply() -> None:
    scheduler._SCHEDULE_TICK_INTERVAL = LOOK_SECONDS
    eventbridge._dispatch_to_event_bus = send
    scheduler.start_scheduler()


def send(spec: Any, event: Record, asking: Record, path: set[str], payload: Any = None) -> None:
    """To a bus, for a rule or a schedule."""
    target = asking.get("Target", {})
    named = target.get("EventBridgeParameters")
    if named is None:
        send_as_shipped(spec, event, asking, path, payload)
    elif _may_put(target):
        entry = {**named, "Detail": target.get("Input", "{}"), "EventBusName": target["Arn"]}
        eventbridge._put_events({"Entries": [entry]})


def _may_put(target: Record) -> bool:
    """Whether the schedule's role may; nobody is told otherwise, as on AWS without a queue."""
    if not app.AUTH:
        return True
    session = lambda_.role_credentials({"Role": target["RoleArn"], "FunctionName": "schedule"})
    key, bus = session["AWS_ACCESS_KEY_ID"], target["Arn"]
    denial = find_denial(key, PUT, "events", get_region(), bus, {})
    if denial:
        logger.warning("the role of a schedule may not put its event: %s", target["RoleArn"])
    return not denial
