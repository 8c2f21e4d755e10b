"""The deployment state machine: its definition as text, its role, its log group."""

from collections.abc import Mapping

from aws_cdk import CfnResource, Names, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.functions import LOG_RETENTION, HandlerFunction
from infra.placeholders import check_placeholders


class Workflow(Construct):
    """A standard state machine over the functions of its Task states.

    A text definition gets no grant, no timeout and no retry from CDK: the grants are here, the
    rest is in the text.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        definition: str,
        functions: Mapping[str, HandlerFunction],
        table: dynamodb.ITable,
    ) -> None:
        super().__init__(scope, id)
        substitutions = {f"{name}Arn": f.function.function_arn for name, f in functions.items()}
        substitutions["TableName"] = table.table_name
        check_placeholders(definition, substitutions)

        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        self._grant(functions, table)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_string(definition),
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
            self,
            {"AwsSolutions-IAM5[Resource::*]": "Log delivery and X-Ray have no narrower resource."},
        )

    def _grant(self, functions: Mapping[str, HandlerFunction], table: dynamodb.ITable) -> None:
        arns = [f.function.function_arn for f in functions.values()]
        self.role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=arns)
        )
        table.grant(self.role, "dynamodb:PutItem", "dynamodb:UpdateItem")

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
