"""The control plane: one stack that deploys every service registered with it."""

from importlib.metadata import version
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
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
        self._code, self._rooms = code or functions_code(), dict[str, Construct]()
        self.storage = Storage(self, "Storage")
        self.operators = Operators(self, "Operators")
        self._places = dict(self.storage.places)
        self._ask_hooks()
        self.functions = self._state_functions(probes)
        self._take_controls()
        self._own_resources()
        group = self._network and self._network.group.security_group_id
        self.probe_group = self.export_value(group) if group else None
        self._lead_deployments()
        self._take_pipeline_jobs()
        self._hear_events()
        self._page()
        self.movers = [self.export_value(role.role_arn) for role in self._moving_roles()]
        if reserved_concurrency:
            self._reserve(reserved_concurrency)
        self._show()
        self._output()

    def _handler(self, row: Row, room: str) -> HandlerFunction:
        """One that no machine's state calls, beside the others of its room of handlers."""
        if room not in self._rooms:
            self._rooms[room] = Construct(self, room.capitalize())
        package = f"viridian.handlers.{room}"
        return HandlerFunction(
            self._rooms[room], row, code=self._code, places=self._places, package=package
        )

    def _ask_hooks(self) -> None:
        """The hook machine, which calls nothing of the automation but who takes the answer."""
        self._taker = self._handler(TAKE_ANSWER, "hooks")
        functions, places = {TAKE_ANSWER.name: self._taker}, self.operators.places
        self.hook = Workflow(self, "Hook", name="hook", functions=functions, places=places)
        arn = self.hook.machine.state_machine_arn
        self._places[Own.HOOKS] = Place(arn, "VIRIDIAN_HOOK_MACHINE_ARN", arn)

    def _state_functions(self, probes: Probes | None) -> dict[str, HandlerFunction]:
        """Those that the states of both machines call, by name."""
        room = Construct(self, "Functions")
        self._network = ProbeNetwork(self, "Probes", probes=probes) if probes else None
        return {
            row.name: HandlerFunction(
                room,
                row,
                code=self._code,
                places=self._places,
                network=self._network if row.name in PROBES else None,
            )
            for row in STATE_FUNCTIONS
        }

    def _take_controls(self) -> None:
        """What people call."""
        self.control = self._handler(CONTROL, "controls")
        self.control_arn = self.export_value(self.control.function.function_arn)
        self.approve = self._handler(APPROVE, "controls")
        self.approve_arn = self.export_value(self.approve.function.function_arn)

    def _own_resources(self) -> None:
        """What makes the resources of services: by export, once for all of them, so that none of
        their stacks changes this one."""
        self._maker = self._handler(OWNER, "resources")
        self.owner = self.export_value(self._maker.function.function_arn)

    def _lead_deployments(self) -> None:
        """Both machines; the one that deploys starts the other."""
        places = self._places
        places |= self.operators.places
        self.standby = Workflow(
            self, "Standby", name="standby", functions=self.functions, places=places
        )
        places |= self.standby.places("VIRIDIAN_STANDBY_MACHINE_ARN", Own.STANDBY, Own.STANDBYS)
        self.workflow = Workflow(
            self, "Workflow", name="deploy", functions=self.functions, places=places
        )
        places |= self.workflow.places("VIRIDIAN_STATE_MACHINE_ARN", Own.MACHINE, Own.DEPLOYMENTS)

    def _take_pipeline_jobs(self) -> None:
        """Without a queue of what failed: the event holds credentials, and CodePipeline's own clock
        ends an action that nobody answers. By export: no stack of a pipeline changes this one."""
        self._job = self._handler(PIPELINE_JOB, "pipelines")
        self.pipeline_job, self.pipeline_job_role = self._job.function, self._job.role
        self.pipeline_job_arn = self.export_value(self._job.function.function_arn)
        self.state_machine_arn = self.export_value(self.workflow.machine.state_machine_arn)

    def _hear_events(self) -> None:
        topic = self.operators.topic
        self.events = EventFunctions(
            self, "Events", code=self._code, places=self._places, operators=topic
        )
        self.events.guard(self.workflow.machine, self.standby.machine)

    def _page(self) -> None:
        """What people are called for besides the endings that need them."""
        machine, standby = self.workflow.machine, self.standby.machine
        self.operators.tell_of_crashes(machine, standby)
        self.operators.page_stopped(machine, "Deployment")
        self.operators.page_stopped(standby, "Standby")
        self.operators.page_held()
        self.operators.page_unguarded(self.events.functions["Guardian"].function)

    def _moving_roles(self) -> list[iam.Role]:
        """Whoever may write a rule's weights."""
        movers = (self.functions[name].role for name in ("ShiftTraffic", "RestoreTraffic"))
        return [*movers, self._maker.role, self.workflow.role, self.standby.role]

    def _reserve(self, concurrency: int) -> None:
        """Keep room for the way back."""
        known = {**self.functions, **self.events.functions, "Control": self.control}
        for name in WAY_BACK:
            known[name].reserve(concurrency)

    def _show(self) -> None:
        events = self.events
        add_dashboard(
            self,
            machine=self.workflow.machine,
            functions=[
                *(*self.functions.values(), *events.functions.values()),
                *(self._job, self._taker),
            ],
            dead_letters=events.dead_letters.values(),
        )

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
