"""What a service's stack has Viridian make: once, and never written again by CloudFormation."""

from typing import Any

import jsii
from aws_cdk import CustomResource, Duration, Fn, ITaggableV2, Stack, TagManager, TagType
from constructs import Construct

from viridian.core.owned import Kind
from viridian_cdk.rights import manage

LONGEST_SECONDS = 840
"""Deleting a fleet waits for its last task."""
SERVICE_TIMEOUT = Duration.seconds(LONGEST_SECONDS + 60)
"""How long CloudFormation waits for an answer."""


@jsii.implements(ITaggableV2)
class OwnedResource(Construct):
    """One of them; `wanted` are the arguments of the call that makes it (`core/owned.py`), `label`
    is how its name begins. Its tags are those of the app, the stack and itself, as a resource of
    CloudFormation's has them, and the one by which Viridian may change it.
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
        self._tags = TagManager(TagType.MAP, "Tags")
        manage(self)
        wanted = {**wanted, "tags": self._tags.rendered_tags}
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
    def cdk_tag_manager(self) -> TagManager:
        """Where the CDK's `Tags.of` puts them."""
        return self._tags

    @property
    def arn(self) -> str:
        """Its ARN, which its id is."""
        return self.resource.ref

    @property
    def full_name(self) -> str:
        """The end of the ARN, which metrics name a load balancer's parts by."""
        return Fn.select(5, Fn.split(":", self.arn))
