"""One deployed rehearsal for all tests of this folder; none of them shifts traffic."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rehearsal.session import Rehearsal

PATIENCE_SECONDS = 60.0
SERVICE_FILE = Path(__file__).parents[3] / "bench" / "service.yaml"


@dataclass(frozen=True)
class Ending:
    """How an execution ended, and through which states it went."""

    name: str
    error: str | None
    cause: str
    states: list[str]


class ControlPlane:
    """The deployed automation, as its users meet it."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self._states = rehearsal.client("stepfunctions")

    def put(self, key: str, content: str | bytes) -> None:
        """Put an object into the artifact bucket."""
        bucket = self.rehearsal.outputs.artifact_bucket
        self.rehearsal.client("s3").put_object(Bucket=bucket, Key=key, Body=content)

    def start(self, request: Any) -> Ending:
        """Start the machine as from the console, and wait for its end."""
        answer = self._states.start_execution(
            stateMachineArn=self.rehearsal.outputs.state_machine_arn, input=json.dumps(request)
        )
        return self.ending(answer["executionArn"])

    def ending_of_upload(self, prefix: str) -> Ending:
        """Wait for the execution whose name begins so, and for its end."""
        return self.ending(self._wait(lambda: next(iter(self.executions(prefix)), None)))

    def executions(self, prefix: str) -> list[str]:
        """ARNs of the executions whose name begins so."""
        answer = self._states.list_executions(
            stateMachineArn=self.rehearsal.outputs.state_machine_arn
        )
        return [e["executionArn"] for e in answer["executions"] if e["name"].startswith(prefix)]

    def ending(self, arn: str) -> Ending:
        """Wait for the execution's end."""
        found = self._wait(lambda: self._ended(arn))
        events = self._states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        entered = [e["stateEnteredEventDetails"] for e in events if "stateEnteredEventDetails" in e]
        return Ending(
            name=found["name"],
            error=found.get("error"),
            cause=found.get("cause", ""),
            states=[details["name"] for details in entered],
        )

    @contextmanager
    def lease_held(self, holder: str) -> Iterator[None]:
        """Hold the shop's lease: what an upload starts meanwhile is refused."""
        dynamodb, table = self.rehearsal.client("dynamodb"), self.rehearsal.outputs.table
        lease = {"pk": {"S": "SERVICE#shop"}, "sk": {"S": "LEASE"}}
        held = {"deployment_id": {"S": holder}, "acquired_at": {"S": "then"}, "fence": {"N": "1"}}
        dynamodb.put_item(TableName=table, Item={**lease, **held})
        try:
            yield
        finally:
            dynamodb.delete_item(TableName=table, Key=lease)

    def live_weights(self) -> list[int]:
        """The weights of the production rule, blue's first."""
        arn = self.rehearsal.registration()["rule_arn"]
        rule = self.rehearsal.client("elbv2").describe_rules(RuleArns=[arn])["Rules"][0]
        groups = rule["Actions"][0]["ForwardConfig"]["TargetGroups"]
        blue = self.rehearsal.registration()["blue"]["target_group_arn"]
        return [g["Weight"] for g in sorted(groups, key=lambda g: g["TargetGroupArn"] != blue)]

    def _ended(self, arn: str) -> Any:
        found = self._states.describe_execution(executionArn=arn)
        return found if found["status"] != "RUNNING" else None

    def _wait(self, look: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := look()) is None:
            assert time.monotonic() < deadline, "nothing came"
            time.sleep(0.05)
        return found


@pytest.fixture(scope="package")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    directory = tmp_path_factory.mktemp("control-plane")
    with Rehearsal(directory, service_file=SERVICE_FILE) as rehearsal:
        yield ControlPlane(rehearsal)
