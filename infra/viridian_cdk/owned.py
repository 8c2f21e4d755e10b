"""What a service's stack has Viridian make: once, and never written again by CloudFormation."""

from typing import Any

from aws_cdk import CustomResource, Duration, Fn, Stack
from constructs import Construct

from viridian.core.owned import Kind

LONGEST_SECONDS = 840
"""Deleting a fleet waits for its last task."""
SERVICE_TIMEOUT = Duration.seconds(LONGEST_SECONDS + 60)
"""How long CloudFormation waits for an answer."""


class OwnedResource(Construct):
    """One of them; `wanted` are the arguments of the call that makes it (`core/owned.py`), `label`
    is how its name begins.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        owner: str,
        kind: Kind,
        label: str,
        wanted: dict[str, Any],
    ) -> None:
        super().__init__(scope, id)
        self.resource = CustomResource(
            self,
            "Resource",
            service_token=owner,
            resource_type=f"Custom::Viridian{kind}",
            service_timeout=SERVICE_TIMEOUT,
            # as JSON, since CloudFormation makes texts of a custom resource's numbers
            properties={"Label": label, "Wanted": Stack.of(self).to_json_string(wanted)},
        )

    @property
    def arn(self) -> str:
        """Its ARN, which its id is."""
        return self.resource.ref

    @property
    def full_name(self) -> str:
        """The end of the ARN, which metrics name a load balancer's parts by."""
        return Fn.select(5, Fn.split(":", self.arn))
