"""The cloud assembly, deployed into the emulator unchanged.

What `cdk bootstrap` puts into an account is put there too: the assets' bucket and the parameter
with the version of the bootstrap. No npm and no network is needed.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from viridian_cli.release import zip_folder

DEPLOY_SECONDS = 180.0
LOOK_SECONDS = 0.2
FINISHED = ("_COMPLETE", "_FAILED")

ClientFor = Callable[[str], Any]


class DeployFailed(Exception):
    """CloudFormation did not create a stack; the message names each resource and why."""


@dataclass(frozen=True)
class Account:
    """Where an assembly is deployed; it fills the assembly's placeholders."""

    account: str
    region: str

    def filled(self, text: str) -> str:
        """The text without placeholders."""
        values = {"AccountId": self.account, "Region": self.region, "Partition": "aws"}
        for name, value in values.items():
            text = text.replace(f"${{AWS::{name}}}", value)
        return text


@dataclass(frozen=True)
class Assembly:
    """A folder with templates and assets, and the manifest that lists them."""

    folder: Path
    artifacts: Mapping[str, Any] = field(repr=False)

    @classmethod
    def at(cls, folder: Path) -> "Assembly":
        """Read an assembly that was synthesised before; raises DeployFailed if there is none."""
        manifest = folder / "manifest.json"
        if not manifest.exists():
            raise DeployFailed(f"{folder}: no cloud assembly; synthesise a CDK app into it")
        return cls(folder, json.loads(manifest.read_text())["artifacts"])

    @property
    def stacks(self) -> list[str]:
        """Names of the stacks, each after those it depends on."""
        ordered: list[str] = []
        for name in self.artifacts:
            self._append_after_dependencies(name, ordered)
        return [n for n in ordered if self.artifacts[n]["type"] == "aws:cloudformation:stack"]

    def _append_after_dependencies(self, name: str, ordered: list[str]) -> None:
        if name in ordered:
            return
        for dependency in self.artifacts[name].get("dependencies", []):
            self._append_after_dependencies(dependency, ordered)
        ordered.append(name)

    def properties(self, name: str) -> dict[str, Any]:
        """What the manifest says of an artifact."""
        found: dict[str, Any] = self.artifacts[name]["properties"]
        return found

    def parameters(self, stack: str) -> set[str]:
        """Names of the parameters that a stack takes."""
        template = json.loads((self.folder / self.properties(stack)["templateFile"]).read_text())
        return set(template.get("Parameters", {}))

    def file_assets(self, stack: str) -> list[dict[str, Any]]:
        """The files that a stack needs in a bucket, its own template among them."""
        assets = json.loads((self.folder / f"{stack}.assets.json").read_text())
        if assets.get("dockerImages"):
            raise DeployFailed(f"{stack}: has Docker images; name an image by digest instead")
        return list(assets.get("files", {}).values())


@dataclass(frozen=True)
class Deployer:
    """Puts stacks of an assembly into an account; `client` makes a boto3 client by its name."""

    client: ClientFor
    endpoint_url: str
    account: Account

    def deploy(self, assembly: Assembly, stack: str, offered: Mapping[str, str]) -> dict[str, str]:
        """Create the stack, wait until it is there, return its outputs; raises DeployFailed.

        Of the parameters that are offered it is given those that it takes.
        """
        taken = assembly.parameters(stack)
        parameters = [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in offered.items()
            if key in taken
        ]
        cloudformation, template = self._prepared(assembly, stack)
        cloudformation.create_stack(**template, Parameters=parameters, OnFailure="DO_NOTHING")
        found = _done(cloudformation, stack, "CREATE_COMPLETE")
        return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}

    def update(self, assembly: Assembly, stack: str, offered: Mapping[str, str]) -> None:
        """Update a stack that stands, with the parameters it had but for those that are offered.

        Raises DeployFailed with what was refused, once the stack is as it was before.
        """
        parameters = [
            {"ParameterKey": key, "ParameterValue": offered[key]}
            if key in offered
            else {"ParameterKey": key, "UsePreviousValue": True}
            for key in assembly.parameters(stack) - {"BootstrapVersion"}
        ]
        cloudformation, template = self._prepared(assembly, stack)
        cloudformation.update_stack(**template, Parameters=parameters)
        _done(cloudformation, stack, "UPDATE_COMPLETE")

    def _prepared(self, assembly: Assembly, stack: str) -> tuple[Any, dict[str, Any]]:
        """What a stack asks for is there; a client, and what creating and updating both name."""
        properties = assembly.properties(stack)
        self._bootstrap(properties)
        self._publish(assembly, stack)
        return self.client("cloudformation"), {
            "StackName": stack,
            "TemplateURL": self._template_url(properties),
            "Capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        }

    def _bootstrap(self, properties: Mapping[str, Any]) -> None:
        """The version that the stack asks for, under the name where it looks for it."""
        self.client("ssm").put_parameter(
            Name=properties["bootstrapStackVersionSsmParameter"],
            Value=str(properties["requiresBootstrapStackVersion"]),
            Type="String",
            Overwrite=True,
        )

    def _publish(self, assembly: Assembly, stack: str) -> None:
        s3 = self.client("s3")
        for asset in assembly.file_assets(stack):
            content = asset_content(assembly.folder, asset["source"])
            for destination in asset["destinations"].values():
                bucket = self.account.filled(destination["bucketName"])
                s3.create_bucket(Bucket=bucket)
                s3.put_object(
                    Bucket=bucket,
                    Key=self.account.filled(destination["objectKey"]),
                    Body=content,
                )

    def _template_url(self, properties: Mapping[str, Any]) -> str:
        place = self.account.filled(properties["stackTemplateAssetObjectUrl"])
        return f"{self.endpoint_url}/{place.removeprefix('s3://')}"


def asset_content(folder: Path, source: Mapping[str, str]) -> bytes:
    """An asset's bytes; a folder is zipped, always to the same bytes."""
    path = folder / source["path"]
    return zip_folder(path) if source["packaging"] == "zip" else path.read_bytes()


def _done(cloudformation: Any, stack: str, wanted: str) -> dict[str, Any]:
    """Wait for a stack; the emulator may call one complete that has failed resources."""
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        found: dict[str, Any] = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        if found["StackStatus"].endswith(FINISHED):
            break
        if time.monotonic() > deadline:
            raise DeployFailed(f"{stack}: {found['StackStatus']} after {DEPLOY_SECONDS:g} s")
        time.sleep(LOOK_SECONDS)
    complaints = _complaints(cloudformation, stack) if wanted == "CREATE_COMPLETE" else []
    if found["StackStatus"] != wanted:
        complaints = _complaints(cloudformation, stack)
    if complaints or found["StackStatus"] != wanted:
        raise DeployFailed("\n".join([f"{stack}: {found['StackStatus']}", *complaints]))
    return found


def _complaints(cloudformation: Any, stack: str) -> list[str]:
    """Each failed resource with its reason, the first failure first."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    events = [event for page in pages for event in page["StackEvents"]]
    return [
        f"  {event['LogicalResourceId']} ({event['ResourceType']}): "
        f"{event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]
