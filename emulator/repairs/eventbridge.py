"""EventBridge: an input path may name a list's element, and a failed function is asked again.

ministack finds nothing at `$.resources[0]` and hands the target an empty string; a function that
an event calls gets one attempt, where AWS makes three and then uses its dead-letter queue.
"""

import json
import re
from threading import Timer
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, lambda_svc

from emulator.interference import Interferences, Kind

ELEMENT = re.compile(r"\[(\d+)\]")
transform_as_shipped = eventbridge._apply_input_transformer
_interferences = Interferences()


def heed(interferences: Interferences) -> None:
    """From here on these may interfere with an event on its way to a function."""
    global _interferences
    _interferences = interferences


def apply() -> None:
    eventbridge._apply_input_transformer = transform
    eventbridge._dispatch_to_lambda = send_to_function


def send_to_function(arn: str, payload: str) -> None:
    """The event arrives, unless an interference has it come late, twice or never."""
    found = _interferences.meet({"function": arn}, payload)
    if found is None or found.kind is Kind.TWICE:
        call_function(arn, payload)
    if found is not None and found.kind in (Kind.LATE, Kind.TWICE):
        place = get_account_id(), get_region()
        timer = Timer(found.seconds, _call_in, (place, arn, payload))
        timer.daemon = True
        timer.start()


def _call_in(place: tuple[str, str], arn: str, payload: str) -> None:
    with request_scope(*place):
        call_function(arn, payload)


def call_function(arn: str, payload: str) -> None:
    """Asynchronously, with the retries of an asynchronous invocation."""
    function, config, _name = lambda_svc._get_func_record_for_ref(arn)
    if function and config:
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, json.loads(payload))


def run_schedules() -> None:
    """Every rule with a schedule, as if it had last run when time began."""
    for (account, region, name), rule in eventbridge._rules._data.items():
        if rule.get("ScheduleExpression"):
            eventbridge._rule_last_fired[account, region, name] = 0
    eventbridge._tick_scheduled_rules()


def transform(transformer: dict[str, Any], rule: dict[str, Any], view: Any) -> Any:
    paths = transformer.get("InputPathsMap") or {}
    listed = {name: path for name, path in paths.items() if ELEMENT.search(path)}
    if not listed:
        return transform_as_shipped(transformer, rule, view)
    event = view.event_with_detail()
    found = {name: resolve(path, event) for name, path in listed.items()}
    template = eventbridge._render_input_template(transformer["InputTemplate"], found)
    others = {name: path for name, path in paths.items() if name not in listed}
    remaining = {**transformer, "InputPathsMap": others, "InputTemplate": template}
    return transform_as_shipped(remaining, rule, view)


def resolve(path: str, event: Any) -> Any:
    """What stands at a JSON path; an empty string if nothing does."""
    steps = ELEMENT.sub(r".\1", path).removeprefix("$").split(".")
    for step in filter(None, steps):
        try:
            event = event[int(step)] if isinstance(event, list) else event[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return ""
    return event
