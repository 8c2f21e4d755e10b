"""Alarms keep their metric math, and their changes are events.

ministack drops `Metrics` of an alarm (and refuses it in a template), evaluates an alarm over every
metric of its name, and sends no event.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch, eventbridge
from ministack.services.cloudformation import provisioners

from emulator.repairs.cloudwatch import event

Record = dict[str, Any]

ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions")
put_as_shipped = cloudwatch._put_metric_alarm
record_as_shipped = provisioners._cw_metric_alarm_record
dispatch_as_shipped = cloudwatch._dispatch_alarm_actions


def apply(events_are_dropped: Callable[[], bool]) -> None:
    cloudwatch._evaluate_alarm = lambda _alarm: None  # see emulator.alarms
    cloudwatch._put_metric_alarm = put_alarm
    provisioners._cw_metric_alarm_record = provision_alarm
    cloudwatch._dispatch_alarm_actions = _dispatcher(events_are_dropped)


def put_alarm(params: Record, data: Record, is_cbor: bool, is_json: bool = False) -> Any:
    answer = put_as_shipped(params, data, is_cbor, is_json)
    if answer[0] == 200 and data.get("Metrics"):
        _keep_metrics(cloudwatch._alarms[data["AlarmName"]], data["Metrics"])
    return answer


def provision_alarm(name: str, props: Record) -> Record:
    if not props.get("Metrics"):
        record: Record = record_as_shipped(name, props)
        return record
    placeholders = {"MetricName": "-", "Namespace": "-", "Metrics": None}
    record = record_as_shipped(name, {**props, **placeholders})
    return _keep_metrics(record, props["Metrics"])


def _keep_metrics(record: Record, metrics: list[Record]) -> Record:
    for field in ONE_METRIC:
        record.pop(field, None)
    record["Metrics"] = [{"ReturnData": True, **query} for query in metrics]
    return record


def _dispatcher(events_are_dropped: Callable[[], bool]) -> Callable[..., None]:
    """SNS actions as before, and the event of the change."""
    announced: dict[str, Record] = {}

    def dispatch(record: Record, old: str, new: str, reason: str) -> None:
        now = cloudwatch._ts_iso(time.time())
        unknown = {"StateValue": old, "StateReason": "", "StateTimestamp": now}
        previous = announced.get(record["AlarmArn"], unknown)
        state = {"StateValue": new, "StateReason": reason, "StateTimestamp": now}
        announced[record["AlarmArn"]] = state
        dispatch_as_shipped(record, old, new, reason)
        if not events_are_dropped():
            _send({**record, **state}, previous)

    return dispatch


def _send(record: Record, previous: Record) -> None:
    entry = {
        "Source": event.SOURCE,
        "DetailType": event.DETAIL_TYPE,
        "Resources": [record["AlarmArn"]],
        "Detail": json.dumps(event.detail(record, previous)),
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
