"""What was logged of one deployment, from every function's group."""

import json
import time
from typing import Any

import boto3
import pytest

from tests.cli.automation import ID, Automation
from tests.cli.conftest import Told

FUNCTION = "Viridian-FunctionsShiftTrafficFunction0A1B2C3D-x1"


@pytest.fixture
def logged(automation: Automation) -> Automation:
    """Two functions logged of two deployments; one was admitted a minute ago."""
    client, now = boto3.client("logs"), int(time.time() * 1000)
    for number, group in enumerate(("restore-traffic", "shift-traffic")):
        client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName="s")
        lines = [
            {"message": f"{group} of {id}", "correlation_id": id, "function_name": FUNCTION, "n": 5}
            for id in (ID, "shop-1.0.0-other")
        ]
        events = [{"timestamp": now - number, "message": json.dumps(line)} for line in lines]
        client.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    automation.start()
    evidence = json.dumps({"tasks": ["| it crashed"]})
    automation.keep(f"DEPLOYMENT#{ID}", version="1.1.0", evidence=evidence)
    return automation


def test_the_lines_of_one_deployment_are_told_in_their_order_with_its_tasks_last_words(
    logged: Automation,
) -> None:
    told: dict[str, Any] = Told("logs", ID, "--json").document

    messages = [line["message"] for line in told["lines"]]
    assert messages == [f"shift-traffic of {ID}", f"restore-traffic of {ID}"]
    assert told["tasks"] == ["| it crashed"]


def test_a_line_is_told_with_its_function_and_what_it_says_besides(logged: Automation) -> None:
    told = Told("logs", ID)

    assert f"ShiftTraffic shift-traffic of {ID} n=5" in " ".join(told.out.split())
    assert "| it crashed" in told.out
