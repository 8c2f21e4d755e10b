"""One emulator for all integration tests, and fixtures that make things in it."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from emulator.client.control import Control
from emulator.client.process import EmulatorProcess
from tests.emulator.rig import App, Balancer, Cloud

Received = Callable[[], list[Any]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the one emulator stay in one process when tests are spread over several."""
    for item in items:
        if "cloud" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("emulator"))


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    process = EmulatorProcess(tmp_path_factory.mktemp("cloud"))
    try:
        ready = process.ready()
        yield Cloud(ready["endpoint_url"], Control(ready["control_url"]))
    finally:
        process.stop()


@pytest.fixture
def unique() -> str:
    """A name no other test uses."""
    return f"t{uuid4().hex[:10]}"


@pytest.fixture
def start_app() -> Iterator[Callable[[str], App]]:
    apps: list[App] = []

    def start(name: str) -> App:
        apps.append(App(name))
        return apps[-1]

    yield start
    for app in apps:
        app.close()


@pytest.fixture
def balancer(cloud: Cloud, unique: str) -> Iterator[Balancer]:
    made = Balancer(cloud.client("elbv2"), unique)
    yield made
    made.close()


@pytest.fixture
def subscribe(cloud: Cloud, unique: str) -> Callable[..., Received]:
    """Put a queue behind an event rule with this pattern; what came since it was asked last."""
    queues, events = cloud.client("sqs"), cloud.client("events")
    queue = queues.create_queue(QueueName=unique)["QueueUrl"]

    def received() -> list[Any]:
        found = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=0).get("Messages", [])
        for message in found:
            queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    def make(pattern: dict[str, Any], **target: Any) -> Received:
        arn = f"arn:aws:sqs:us-east-1:000000000000:{unique}"
        events.put_rule(Name=unique, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=unique, Targets=[{"Id": "queue", "Arn": arn, **target}])
        return received

    return make
