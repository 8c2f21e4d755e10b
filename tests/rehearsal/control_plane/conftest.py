"""One deployed rehearsal for all tests of this folder; none of them shifts traffic."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rehearsal.assembly import Assembly
from rehearsal.session import Rehearsal
from tests.assemblies import MEASURED, Assemblies
from viridian.core.lease import lease_key
from viridian.core.release.upload import Upload
from viridian_cli.deployment import Deployment, Ending, split

PATIENCE_SECONDS = 60.0


class ControlPlane:
    """The deployed automation, as its users meet it."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.bucket = rehearsal.outputs.artifact_bucket
        self._states = rehearsal.client("stepfunctions")

    def put(self, key: str, content: str | bytes) -> str:
        """Put an object into the artifact bucket; its version."""
        answer = self.rehearsal.client("s3").put_object(Bucket=self.bucket, Key=key, Body=content)
        return str(answer["VersionId"])

    def start(self, request: Any) -> Ending:
        """Start the machine as from the console, and wait for its end."""
        answer = self._states.start_execution(
            stateMachineArn=self.rehearsal.outputs.state_machine_arn, input=json.dumps(request)
        )
        return ending(self.rehearsal.deployment(answer["executionArn"].rpartition(":")[2]))

    def upload(self, key: str, manifest: str) -> Deployment:
        """Put a manifest; the deployment that this starts."""
        return self.deployment_of(key, self.put(key, manifest))

    def deployment_of(self, key: str, version: str) -> Deployment:
        """The deployment that a version of a manifest starts."""
        return self.rehearsal.deployment(Upload.of(self.bucket, key, version).deployment_id)

    def executions(self, prefix: str) -> list[str]:
        """ARNs of the executions whose name begins so."""
        answer = self._states.list_executions(
            stateMachineArn=self.rehearsal.outputs.state_machine_arn
        )
        return [e["executionArn"] for e in answer["executions"] if e["name"].startswith(prefix)]

    @contextmanager
    def lease_held(self, holder: str) -> Iterator[None]:
        """Hold the shop's lease: what an upload starts meanwhile is refused."""
        dynamodb, table = self.rehearsal.client("dynamodb"), self.rehearsal.outputs.table
        lease = {name: {"S": value} for name, value in lease_key("shop").items()}
        held = {"deployment_id": {"S": holder}, "acquired_at": {"S": "then"}, "fence": {"N": "1"}}
        held |= {"phase": {"S": "held"}}  # or the guardian looks after it
        dynamodb.put_item(TableName=table, Item={**lease, **held})
        try:
            yield
        finally:
            dynamodb.delete_item(TableName=table, Key=lease)

    def live_weights(self) -> list[int]:
        """The weights of the production rule, blue's first."""
        return [*split(self.rehearsal.client("elbv2"), self.rehearsal.registration()).values()]


def ending(deployment: Deployment) -> Ending:
    """Wait for it."""
    return deployment.ending(every_seconds=0.05, longest_seconds=PATIENCE_SECONDS)


@pytest.fixture(scope="package")
def control_plane(
    tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies
) -> Iterator[ControlPlane]:
    directory = tmp_path_factory.mktemp("control-plane")
    with Rehearsal(directory, assembly=Assembly.at(assemblies.at(MEASURED))) as rehearsal:
        yield ControlPlane(rehearsal)
