"""The control plane: one stack that deploys every service registered with it."""

from importlib.metadata import version
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from viridian_cdk.dashboard import add_dashboard
from viridian_cdk.event_functions import EventFunctions
from viridian_cdk.functions import HandlerFunction
from viridian_cdk.functions_table import (
    APPROVE,
    CONTROL,
    OWNER,
    PIPELINE_JOB,
    STATE_FUNCTIONS,
    TAKE_ANSWER,
    WAY_BACK,
    Row,
)
from viridian_cdk.operators import Operators
from viridian_cdk.packaging import functions_code
from viridian_cdk.probes import PROBES, ProbeNetwork, Probes
from viridian_cdk.rights import Own, Place
from viridian_cdk.storage import Storage
from viridian_cdk.workflow import Workflow


class Automation(Stack):
    """Storage, functions, the deployment machine, and what starts, wakes and watches it.

    It knows no service, and no service's stack adds to it: what one carries the tag and the path
    of `rights.py` may be deployed. `reserved_concurrency` is kept for each function of the way
    back; with 0 they share the account's (docs/reference.md says what speaks for which).
    `probes` places in a VPC what asks the services; `probe_group` is then the id of the security
    group that a listener has to admit.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: lambda_.Code | None = None,
        reserved_concurrency: int = 0,
        probes: Probes | None = None,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        code = code or functions_code()
        self.storage = Storage(self, "Storage")
        self.operators = Operators(self, "Operators")
        places = dict(self.storage.places)

        rooms: dict[str, Construct] = {}

        def called(row: Row, room: str) -> HandlerFunction:
            if room not in rooms:
                rooms[room] = Construct(self, room.capitalize())
            return HandlerFunction(
                rooms[room],
                row,
                code=code,
                places=places,
                package=f"viridian.handlers.{room}",
            )

        taker = called(TAKE_ANSWER, "hooks")
        self.hook = Workflow(
            self,
            "Hook",
            name="hook",
            functions={TAKE_ANSWER.name: taker},
            places=self.operators.places,
        )
        arn = self.hook.machine.state_machine_arn
        places[Own.HOOKS] = Place(arn, "VIRIDIAN_HOOK_MACHINE_ARN", arn)
        states = Construct(self, "Functions")
        network = ProbeNetwork(self, "Probes", probes=probes) if probes else None
        functions = {
            row.name: HandlerFunction(
                states,
                row,
                code=code,
                places=places,
                network=network if row.name in PROBES else None,
            )
            for row in STATE_FUNCTIONS
        }

        self.control = called(CONTROL, "controls")
        self.control_arn = self.export_value(self.control.function.function_arn)
        self.approve = called(APPROVE, "controls")
        self.approve_arn = self.export_value(self.approve.function.function_arn)
        maker = called(OWNER, "resources")
        # by export, once for all services: none of their stacks changes this one
        self.owner = self.export_value(maker.function.function_arn)
        self.probe_group = self.export_value(network.group.security_group_id) if network else None
        topic = self.operators.topic
        places |= self.operators.places
        self.standby = Workflow(self, "Standby", name="standby", functions=functions, places=places)
        places |= self.standby.places("VIRIDIAN_STANDBY_MACHINE_ARN", Own.STANDBY, Own.STANDBYS)
        self.workflow = Workflow(
            self, "Workflow", name="deploy", functions=functions, places=places
        )
        places |= self.workflow.places("VIRIDIAN_STATE_MACHINE_ARN", Own.MACHINE, Own.DEPLOYMENTS)
        machine = self.workflow.machine
        # without a queue of what failed: the event holds credentials, and CodePipeline's own clock
        # ends an action that nobody answers
        job = called(PIPELINE_JOB, "pipelines")
        self.pipeline_job, self.pipeline_job_role = job.function, job.role
        # by export, as above: no stack of a pipeline changes this one
        self.pipeline_job_arn = self.export_value(job.function.function_arn)
        self.state_machine_arn = self.export_value(machine.state_machine_arn)
        self.events = EventFunctions(self, "Events", code=code, places=places, operators=topic)
        self.events.guard(machine, self.standby.machine)
        self.operators.tell_of_crashes(machine, self.standby.machine)
        self.operators.page_stopped(machine, "Deployment")
        self.operators.page_stopped(self.standby.machine, "Standby")
        self.operators.page_held()
        self.operators.page_unguarded(self.events.functions["Guardian"].function)
        movers = [
            *(functions[name].role for name in ("ShiftTraffic", "RestoreTraffic")),
            *(maker.role, self.workflow.role, self.standby.role),
        ]
        self.movers = [self.export_value(role.role_arn) for role in movers]
        if reserved_concurrency:
            all_functions = {**functions, **self.events.functions, "Control": self.control}
            for name in WAY_BACK:
                all_functions[name].reserve(reserved_concurrency)
        add_dashboard(
            self,
            machine=machine,
            functions=[*functions.values(), *self.events.functions.values(), job, taker],
            dead_letters=self.events.dead_letters.values(),
        )
        self._output()

    def _output(self) -> None:
        bucket, table = self.storage.artifact_bucket, self.storage.table
        machine = self.workflow.machine
        CfnOutput(self, "ArtifactBucketName", value=bucket.bucket_name)
        CfnOutput(self, "TableName", value=table.table_name)
        CfnOutput(self, "StateMachineArn", value=machine.state_machine_arn)
        CfnOutput(self, "HookMachineArn", value=self.hook.machine.state_machine_arn)
        CfnOutput(self, "StandbyMachineArn", value=self.standby.machine.state_machine_arn)
        CfnOutput(self, "ControlFunctionName", value=self.control.function.function_name)
        CfnOutput(self, "ApproveFunctionName", value=self.approve.function.function_name)
        CfnOutput(self, "PipelineJobFunctionName", value=self.pipeline_job.function_name)
        CfnOutput(self, "OperatorsTopicArn", value=self.operators.topic.topic_arn)
        CfnOutput(self, "Version", value=version("viridian"))
