"""What the command line finds in an AWS account: the automation by its stack's outputs, services by
their registrations, leases and records by the table's items. It decides nothing, and writes nothing
there: what is asked for goes to the functions that take it, or is a release's upload.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.document import parsed
from viridian.core.execution import execution_arn
from viridian.core.service.registration import parameter_name
from viridian_cli.deployment import described
from viridian_cli.failure import Failed

CLIENT = Config(retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=10)
"""A watch of an hour outlives a throttled call."""

Item = dict[str, Any]


@dataclass
class Account:
    """One account and Region, through one automation's stack."""

    profile: str | None
    region: str | None
    endpoint_url: str | None
    stack: str

    @cached_property
    def session(self) -> boto3.Session:
        """Credentials and Region, as the AWS CLI would take them."""
        return boto3.Session(profile_name=self.profile, region_name=self.region)

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def client(self, service: str) -> Any:
        """A boto3 client, one for each service."""
        if service not in self._clients:
            session: Any = self.session
            made = session.client(service, endpoint_url=self.endpoint_url, config=CLIENT)
            self._clients[service] = made
        return self._clients[service]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Those of the automation's stack."""
        try:
            [found] = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            where = f"in {self.session.region_name}"
            raise Failed(
                f"no stack {self.stack!r} {where}: deploy the control plane there (docs/start.md), "
                "or name its stack and Region with --stack and --region"
            ) from error
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    def output(self, name: str) -> str:
        """One that the command needs."""
        if name not in self.outputs:
            raise Failed(
                f"the stack {self.stack!r} has no output {name}: is it Viridian's control plane? "
                "Deploy it with this version of Viridian, or name it with --stack"
            )
        return self.outputs[name]

    @property
    def caller(self) -> str:
        """Who asks, as AWS knows them: the ARN of a user or of a role's session."""
        return str(self.client("sts").get_caller_identity()["Arn"])

    def resources(self, kind: str) -> Iterator[str]:
        """Physical ids of the stack's resources of a kind."""
        listed = self.client("cloudformation").get_paginator("list_stack_resources")
        for page in listed.paginate(StackName=self.stack):
            for each in page["StackResourceSummaries"]:
                if each["ResourceType"] == kind and "PhysicalResourceId" in each:
                    yield each["PhysicalResourceId"]

    def services(self) -> list[str]:
        """Names of the services that are registered."""
        path = parameter_name("")
        pages = self.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path)
        found = (each["Name"] for page in pages for each in page["Parameters"])
        return sorted(name.removeprefix(path) for name in found)

    def registered(self, service: str) -> str:
        """A service's registration, as it is kept."""
        ssm, name = self.client("ssm"), parameter_name(service)
        try:
            return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound as error:
            known = ", ".join(self.services()) or "none"
            raise Failed(f"no service {service!r} here; those registered are: {known}") from error

    def registration(self, service: str) -> Item:
        """The same, parsed: written by the service's stack, it is not judged here."""
        found: Item = json.loads(self.registered(service))
        return found

    @cached_property
    def leases(self) -> Leases:
        """Read only, as all that is asked of the table here."""
        return Leases(self.client("dynamodb"), self.output("TableName"))

    @cached_property
    def records(self) -> Records:
        """Of deployments, and of what is live."""
        return Records(self.client("dynamodb"), self.output("TableName"))

    def record(self, service: str, deployment_id: str) -> Item:
        """What is kept of a deployment; nothing of one that was not admitted."""
        return parsed(self.records.whole(service, deployment_id))

    def service_of(self, deployment_id: str) -> str:
        """Whose deployment it is: its execution says so for 90 days, then its record."""
        execution = self.execution(deployment_id)
        asked = json.loads(execution["input"]) if execution else {}
        if isinstance(asked, dict) and isinstance(asked.get("service"), str):
            return str(asked["service"])
        for service in self.services():
            if self.records.whole(service, deployment_id):
                return service
        raise Failed(
            f"no deployment {deployment_id!r} here (an upload takes some seconds to begin one): "
            "viridian history SERVICE lists a service's"
        )

    def execution(self, name: str, machine: str = "StateMachineArn") -> Item | None:
        """The execution of that name of a machine, as Step Functions describes it."""
        arn = execution_arn(self.output(machine), name)
        return described(self.client("stepfunctions"), arn)

    def invoke(self, function: str, payload: Mapping[str, Any]) -> Item:
        """What the function of that output answers; Failed with what it raised."""
        answer = self.client("lambda").invoke(
            FunctionName=self.output(function), Payload=json.dumps(payload)
        )
        told: Item = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise Failed(f"{told.get('errorType', 'error')}: {told.get('errorMessage', told)}")
        return told
