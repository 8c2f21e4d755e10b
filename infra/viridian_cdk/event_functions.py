"""The functions that events call, each with a dead-letter queue of its own."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from viridian_cdk.dead_letters import DeadLetters
from viridian_cdk.functions import HandlerFunction
from viridian_cdk.storage import Storage

TIMEOUT_SECONDS = 20
# An event that could not be delivered for an hour is about a deployment that is over.
MAX_EVENT_AGE = Duration.hours(1)
RETRY_ATTEMPTS = 60


class EventFunctions(Construct):
    """ArtifactUploaded starts a deployment; AlarmChanged and CandidateSteady end its waits."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: lambda_.Code,
        storage: Storage,
        machine: sfn.IStateMachine,
        operators: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self._code = code
        self._operators = operators
        self.dead_letters: list[DeadLetters] = []
        self.artifact_uploaded = self._starter(storage, machine)
        self.alarm_changed = self._waker(
            "AlarmChanged", storage, "dynamodb:UpdateItem", "states:SendTaskFailure"
        )
        self.candidate_steady = self._waker(
            "CandidateSteady", storage, "dynamodb:GetItem", "states:SendTaskSuccess"
        )
        self.functions = (self.artifact_uploaded, self.alarm_changed, self.candidate_steady)

    def _starter(self, storage: Storage, machine: sfn.IStateMachine) -> HandlerFunction:
        starter, dead_letters = self._function(
            "ArtifactUploaded", {"VIRIDIAN_STATE_MACHINE_ARN": machine.state_machine_arn}
        )
        machine.grant_start_execution(starter.role)
        events.Rule(
            self,
            "ReleaseUploaded",
            description="A release's manifest was uploaded.",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [storage.artifact_bucket.bucket_name]},
                    "object": {"key": events.Match.suffix("/release.json")},
                },
            ),
            targets=[event_target(starter, dead_letters.queue)],
        )
        return starter

    def _waker(self, name: str, storage: Storage, find: str, answer: str) -> HandlerFunction:
        """A function that finds a token in the table and answers it."""
        waker, _ = self._function(name, {"VIRIDIAN_TABLE": storage.table.table_name})
        storage.table.grant(waker.role, find)
        waker.allow(answer, on=["*"])
        return waker

    def _function(
        self, name: str, environment: dict[str, str]
    ) -> tuple[HandlerFunction, DeadLetters]:
        dead_letters = DeadLetters(self, f"{name}DeadLetters", operators=self._operators)
        self.dead_letters.append(dead_letters)
        function = HandlerFunction(
            self,
            name,
            code=self._code,
            package="viridian.handlers.events",
            timeout_seconds=TIMEOUT_SECONDS,
            environment=environment,
            dead_letter_queue=dead_letters.queue,
        )
        return function, dead_letters


def event_target(
    function: HandlerFunction,
    dead_letter_queue: sqs.IQueue,
    event: events.RuleTargetInput | None = None,
) -> targets.LambdaFunction:
    """The function as a rule's target: handed over for an hour, then kept in the queue.

    An event that was handed over and failed is run twice more by Lambda within minutes, then kept
    in the function's own queue.
    """
    return targets.LambdaFunction(
        function.function,
        event=event,
        dead_letter_queue=dead_letter_queue,
        max_event_age=MAX_EVENT_AGE,
        retry_attempts=RETRY_ATTEMPTS,
    )
