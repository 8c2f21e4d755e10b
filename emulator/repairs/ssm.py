"""SSM: a parameter that is made, changed or deleted is an event, whoever does it.

ministack sends none. https://docs.aws.amazon.com/systems-manager/latest/userguide/
monitoring-systems-manager-event-examples.html has the event.
"""

import json
from typing import Any

from ministack.services import eventbridge, ssm

Record = dict[str, Any]

put_as_shipped = ssm._put_parameter
delete_as_shipped = ssm._delete_parameter
delete_several_as_shipped = ssm._delete_parameters


def apply() -> None:
    ssm._put_parameter = put
    ssm._delete_parameter = delete
    ssm._delete_parameters = delete_several


def put(request: Record) -> Any:
    answer = put_as_shipped(request)
    if answer[0] == 200:
        record = ssm._parameters[request["Name"]]
        _tell(record, "Create" if record["Version"] == 1 else "Update")
    return answer


def delete(request: Record) -> Any:
    return _telling_what_went([request.get("Name")], delete_as_shipped, request)


def delete_several(request: Record) -> Any:
    return _telling_what_went(request.get("Names", []), delete_several_as_shipped, request)


def _telling_what_went(names: list[Any], call: Any, request: Record) -> Any:
    found = dict(ssm._lookup_parameter(name) for name in names)
    answer = call(request)
    for name, record in found.items():
        if record and name not in ssm._parameters:
            _tell(record, "Delete")
    return answer


def _tell(record: Record, operation: str) -> None:
    detail = {"name": record["Name"], "type": record["Type"], "operation": operation}
    if record.get("Description"):
        detail["description"] = record["Description"]
    entry = {
        "Source": "aws.ssm",
        "DetailType": "Parameter Store Change",
        "Resources": [record["ARN"]],
        "Detail": json.dumps(detail),
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
