"""A state machine: its definition as text, its role, its log group."""

from collections.abc import Mapping

from aws_cdk import CfnResource, Names, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge, acknowledge_wildcards
from viridian_cdk.functions import LOG_RETENTION, HandlerFunction
from viridian_cdk.functions_table import MACHINES_MAY
from viridian_cdk.machine import definition
from viridian_cdk.placeholders import check_placeholders
from viridian_cdk.rights import Own, Place, arns, grant

IN_TEXT = {
    Own.TABLE: "TableName",
    Own.BUCKET: "ArtifactBucketName",
    Own.PAGES: "OperatorsTopicArn",
    Own.STANDBY: "StandbyMachineArn",
}
"""What the machines call the automation's own resources."""


class Workflow(Construct):
    """A standard state machine over the functions of its Task states.

    A text definition gets no grant, no timeout and no retry from CDK: the grants are here, the
    rest is in the text. It names published versions, which are kept: an execution goes on with the
    definition and the code that it began with, whatever is deployed meanwhile.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        functions: Mapping[str, HandlerFunction],
        places: Mapping[Own, Place],
    ) -> None:
        super().__init__(scope, id)
        text = definition(name)
        called = {n: f for n, f in functions.items() if f"${{{n}Arn}}" in text}
        substitutions = {
            f"{n}Arn": f.function.current_version.function_arn for n, f in called.items()
        } | {IN_TEXT[own]: place.value for own, place in places.items() if own in IN_TEXT}
        check_placeholders(text, substitutions)

        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        self._allow_calls(called)
        grant(self.role, MACHINES_MAY[name], places)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(text),
            definition_substitutions=substitutions,
            role=self.role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=self._log_group(),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,  # task tokens are bearer secrets
            ),
        )
        _quieten_schema(self.machine)
        acknowledge(
            self.role,
            {"AwsSolutions-IAM5[Resource::*]": "Log delivery and X-Ray have no narrower resource."},
        )

    def places(self, variable: str, machine: Own, executions: Own) -> dict[Own, Place]:
        """Where the machine and its executions are; both are found by the machine's ARN."""
        arn = self.machine.state_machine_arn
        running = arns("states", f"execution:{self.machine.state_machine_name}:*")
        return {machine: Place(arn, variable, arn), executions: Place(running, variable, arn)}

    def _allow_calls(self, functions: Mapping[str, HandlerFunction]) -> None:
        versions = [f"{f.function.function_arn}:*" for f in functions.values()]
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=versions)
        )
        acknowledge_wildcards(
            self.role, versions, "An execution that runs on calls the version that it began with."
        )

    def _log_group(self) -> logs.LogGroup:
        """Named under /aws/vendedlogs/: others fill the account's log resource policy (5 120)."""
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/vendedlogs/states/{Names.unique_resource_name(self)}",
            retention=LOG_RETENTION,
            removal_policy=RemovalPolicy.DESTROY,
        )


def _quieten_schema(machine: sfn.StateMachine) -> None:
    """Its schema in cfn-lint does not know JSONata in TimeoutSeconds; a test checks the rest."""
    resource = machine.node.default_child
    assert isinstance(resource, CfnResource)
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["E3601"]}})
