"""The control plane: one stack that deploys every service registered with it."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from viridian_cdk.dashboard import add_dashboard
from viridian_cdk.event_functions import EventFunctions
from viridian_cdk.functions import HandlerFunction
from viridian_cdk.machine import definition
from viridian_cdk.operators import Operators
from viridian_cdk.state_functions import StateFunctions
from viridian_cdk.storage import Storage
from viridian_cdk.workflow import Workflow


class Automation(Stack):
    """Storage, functions, the deployment machine, and what starts, wakes and watches it.

    It knows no service. A service's stack depends on this one and adds the rights on its own
    resources to the roles here, never the other way round.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: lambda_.Code,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        self.storage = Storage(self, "Storage")
        self.operators = Operators(self, "Operators")
        self.functions = StateFunctions(self, "Functions", code=code, storage=self.storage)
        self.workflow = Workflow(
            self,
            "Workflow",
            definition=definition(),
            functions=self.functions.by_name,
            table=self.storage.table,
        )
        self.events = EventFunctions(
            self,
            "Events",
            code=code,
            storage=self.storage,
            machine=self.workflow.machine,
            operators=self.operators.topic,
        )
        self.operators.notify_unpromoted(self.workflow.machine)
        self._watch()
        self._output()

    def _watch(self) -> None:
        functions: list[HandlerFunction] = [
            *self.functions.by_name.values(),
            *self.events.functions,
        ]
        add_dashboard(
            self,
            machine=self.workflow.machine,
            functions=functions,
            dead_letters=self.events.dead_letters,
        )

    def _output(self) -> None:
        bucket, table = self.storage.artifact_bucket, self.storage.table
        machine = self.workflow.machine
        CfnOutput(self, "ArtifactBucketName", value=bucket.bucket_name)
        CfnOutput(self, "TableName", value=table.table_name)
        CfnOutput(self, "StateMachineArn", value=machine.state_machine_arn)
        CfnOutput(self, "OperatorsTopicArn", value=self.operators.topic.topic_arn)
