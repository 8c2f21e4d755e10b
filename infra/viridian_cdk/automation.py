"""The control plane: one stack that deploys every service registered with it."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from viridian_cdk.dashboard import add_dashboard
from viridian_cdk.event_functions import EventFunctions
from viridian_cdk.functions import HandlerFunction
from viridian_cdk.functions_table import CONTROL, OWNER, STATE_FUNCTIONS, WAY_BACK
from viridian_cdk.operators import Operators
from viridian_cdk.packaging import functions_code
from viridian_cdk.rights import Own
from viridian_cdk.storage import Storage
from viridian_cdk.workflow import Workflow


class Automation(Stack):
    """Storage, functions, the deployment machine, and what starts, wakes and watches it.

    It knows no service, and no service's stack adds to it: what one carries the tag and the path
    of `rights.py` may be deployed. `reserved_concurrency` is kept for each function of the way
    back; with 0 they share the account's (docs/reference.md says what speaks for which).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: lambda_.Code | None = None,
        reserved_concurrency: int = 0,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        code = code or functions_code()
        self.storage = Storage(self, "Storage")
        self.operators = Operators(self, "Operators")
        places = dict(self.storage.places)
        states = Construct(self, "Functions")
        functions = {
            row.name: HandlerFunction(states, row, code=code, places=places)
            for row in STATE_FUNCTIONS
        }
        self.control = HandlerFunction(
            Construct(self, "Controls"),
            CONTROL,
            code=code,
            places=places,
            package="viridian.handlers.controls",
        )
        maker = HandlerFunction(
            Construct(self, "Resources"),
            OWNER,
            code=code,
            places=places,
            package="viridian.handlers.resources",
        )
        # by export, once for all services: none of their stacks changes this one
        self.owner = self.export_value(maker.function.function_arn)
        topic = self.operators.topic
        places |= self.operators.places
        self.standby = Workflow(self, "Standby", name="standby", functions=functions, places=places)
        places |= self.standby.places("VIRIDIAN_STANDBY_MACHINE_ARN", Own.STANDBY, Own.STANDBYS)
        self.workflow = Workflow(
            self, "Workflow", name="deploy", functions=functions, places=places
        )
        places |= self.workflow.places("VIRIDIAN_STATE_MACHINE_ARN", Own.MACHINE, Own.DEPLOYMENTS)
        machine = self.workflow.machine
        self.events = EventFunctions(self, "Events", code=code, places=places, operators=topic)
        self.events.guard(machine, self.standby.machine)
        self.operators.notify_unpromoted(machine, self.standby.machine)
        self.operators.page_stopped(machine, "Deployment")
        self.operators.page_stopped(self.standby.machine, "Standby")
        self.operators.page_unguarded(self.events.functions["Guardian"].function)
        if reserved_concurrency:
            all_functions = {**functions, **self.events.functions, "Control": self.control}
            for name in WAY_BACK:
                all_functions[name].reserve(reserved_concurrency)
        add_dashboard(
            self,
            machine=machine,
            functions=[*functions.values(), *self.events.functions.values()],
            dead_letters=self.events.dead_letters.values(),
        )
        self._output()

    def _output(self) -> None:
        bucket, table = self.storage.artifact_bucket, self.storage.table
        machine = self.workflow.machine
        CfnOutput(self, "ArtifactBucketName", value=bucket.bucket_name)
        CfnOutput(self, "TableName", value=table.table_name)
        CfnOutput(self, "StateMachineArn", value=machine.state_machine_arn)
        CfnOutput(self, "ControlFunctionName", value=self.control.function.function_name)
        CfnOutput(self, "OperatorsTopicArn", value=self.operators.topic.topic_arn)
