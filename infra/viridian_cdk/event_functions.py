"""The functions that events call, each with a dead-letter queue of its own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as lambda_event_sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from viridian.core.service.registration import parameter_name
from viridian_cdk.dead_letters import DeadLetters
from viridian_cdk.functions import HandlerFunction
from viridian_cdk.functions_table import EVENT_FUNCTIONS, Row
from viridian_cdk.rights import Own, Place, arns

CALLED_BY_SERVICES = ("AlarmChanged", "CandidateSteady", "RuleChanged", "ImagePushed")
UNPROMOTED = ("FAILED", "TIMED_OUT", "ABORTED")
"""Endings of executions that failed, or were made to end."""
REQUESTED = "Viridian Release Requested"
"""The detail type of an event whose detail is a request."""
RULE_PREFIX = "viridian-"
"""Of the names of the services' rules."""

# An event that could not be delivered for an hour is about a deployment that is over.
MAX_EVENT_AGE = Duration.hours(1)
RETRY_ATTEMPTS = 60


class EventFunctions(Construct):
    """ArtifactUploaded, ReleaseRequested and RegistrationChanged start a deployment, ImagePushed
    puts a release that does, RequesterTold keeps who asked, PhaseChanged tells how it goes on;
    AlarmChanged, CandidateSteady and RuleChanged end its waits; the Guardian goes on for one that
    was stopped.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: lambda_.Code,
        places: Mapping[Own, Place],
        operators: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self.dead_letters: dict[str, DeadLetters] = {}
        self.functions = {
            row.name: self._function(row, code, places, operators) for row in EVENT_FUNCTIONS
        }
        self._start_on_upload(places[Own.BUCKET].value)
        self._start_on_request()
        self._start_on_template()
        self._keep_requesters(places[Own.BUCKET].value, places[Own.MACHINE].arn)
        self._tell_phases(places[Own.STREAM].arn)
        self._let_services_call()

    def _function(
        self, row: Row, code: lambda_.Code, places: Mapping[Own, Place], operators: sns.ITopic
    ) -> HandlerFunction:
        letters = DeadLetters(self, f"{row.name}DeadLetters", operators=operators)
        self.dead_letters[row.name] = letters
        return HandlerFunction(
            self,
            row,
            code=code,
            places=places,
            package="viridian.handlers.events",
            dead_letter_queue=letters.queue,
        )

    def _start_on_upload(self, bucket_name: str) -> None:
        self._start(
            "ArtifactUploaded",
            "ReleaseUploaded",
            "A release's manifest was uploaded.",
            events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [bucket_name]},
                    "object": {"key": events.Match.suffix("/release.json")},
                },
            ),
        )

    def _start_on_request(self) -> None:
        self._start(
            "ReleaseRequested",
            "ReleaseAskedFor",
            "Somebody's own event asks for a deployment.",
            events.EventPattern(detail_type=[REQUESTED]),
        )

    def _start_on_template(self) -> None:
        self._start(
            "RegistrationChanged",
            "ServiceRegistered",
            "A service's registration was changed: perhaps its task template.",
            events.EventPattern(
                source=["aws.ssm"],
                detail_type=["Parameter Store Change"],
                detail={
                    "name": events.Match.prefix(parameter_name("")),
                    "operation": ["Update"],
                },
            ),
        )

    def _start(self, name: str, id: str, description: str, pattern: events.EventPattern) -> None:
        """Have such an event call the function of this name."""
        starter, letters = self.functions[name].function, self.dead_letters[name].queue
        events.Rule(
            self,
            id,
            description=description,
            event_pattern=pattern,
            targets=[event_target(starter, letters)],
        )

    def _keep_requesters(self, bucket_name: str, machine_arn: str) -> None:
        """Of executions a trail of management events tells, of uploads one of S3's data events."""
        at = events.EventField.from_path
        by_us = [self.functions["ArtifactUploaded"].role.role_arn]
        others = [{"anything-but": by_us}, {"exists": False}]
        self._keep_requester(
            "DeploymentStarted",
            "aws.states",
            {
                "eventSource": ["states.amazonaws.com"],
                "eventName": ["StartExecution"],
                "requestParameters": {"stateMachineArn": [machine_arn]},
                "userIdentity": {"sessionContext": {"sessionIssuer": {"arn": others}}},
            },
            execution=at("$.detail.responseElements.executionArn"),
        )
        self._keep_requester(
            "ManifestPut",
            "aws.s3",
            {
                "eventSource": ["s3.amazonaws.com"],
                "eventName": ["PutObject", "CompleteMultipartUpload", "CopyObject"],
                "requestParameters": {
                    "bucketName": [bucket_name],
                    "key": events.Match.suffix("/release.json"),
                },
            },
            bucket=at("$.detail.requestParameters.bucketName"),
            key=at("$.detail.requestParameters.key"),
            version_id=at("$.detail.responseElements.x-amz-version-id"),
        )

    def _keep_requester(self, id: str, source: str, detail: dict[str, Any], **told: str) -> None:
        name = "RequesterTold"
        function, letters = self.functions[name].function, self.dead_letters[name].queue
        event = {
            "at": events.EventField.from_path("$.detail.eventTime"),
            "identity": events.EventField.from_path("$.detail.userIdentity"),
            "ip": events.EventField.from_path("$.detail.sourceIPAddress"),
            **told,
        }
        events.Rule(
            self,
            id,
            description="CloudTrail tells who asked for a deployment.",
            event_pattern=events.EventPattern(
                source=[source],
                detail_type=["AWS API Call via CloudTrail"],
                detail={"errorCode": [{"exists": False}], **detail},
            ),
            targets=[event_target(function, letters, events.RuleTargetInput.from_object(event))],
        )

    def _tell_phases(self, stream_arn: str) -> None:
        """What deployments write into the table is told as events, in the order of each; what is
        given up after an hour waits in the function's queue.
        """
        function, letters = self.functions["PhaseChanged"], self.dead_letters["PhaseChanged"].queue
        letters.grant_send_messages(function.role)
        kept = ({"pk": "SERVICE#", "sk": "DEPLOYMENT#"}, {"pk": "DEPLOYMENT#"})
        lambda_.EventSourceMapping(
            self,
            "Phases",
            target=function.function,
            event_source_arn=stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=10,
            bisect_batch_on_error=True,
            max_record_age=MAX_EVENT_AGE,
            on_failure=lambda_event_sources.SqsDlq(letters),
            filters=[
                {
                    "pattern": json.dumps(
                        {"dynamodb": {"Keys": {k: {"S": [{"prefix": v}]} for k, v in keys.items()}}}
                    )
                }
                for keys in kept
            ],
        )

    def guard(self, *machines: sfn.IStateMachine) -> None:
        """Have the Guardian look when an execution of these ended, and every minute."""
        name = "RecordExported"
        exporter, letters = self.functions[name].function, self.dead_letters[name].queue
        told = {
            "execution": events.EventField.from_path("$.detail.name"),
            "machine": events.EventField.from_path("$.detail.stateMachineArn"),
        }
        events.Rule(
            self,
            "RecordClosed",
            description="An execution ended: its deployment's record is written as a document.",
            event_pattern=ended(*machines, statuses=[*UNPROMOTED, "SUCCEEDED"]),
            targets=[event_target(exporter, letters, events.RuleTargetInput.from_object(told))],
        )
        self._wake_guardian(
            "ExecutionEnded",
            "An execution ended: did it leave something, or fail to record its ending?",
            event_pattern=ended(*machines, statuses=[*UNPROMOTED, "SUCCEEDED"]),
            execution=events.EventField.from_path("$.detail.name"),
            machine=events.EventField.from_path("$.detail.stateMachineArn"),
        )
        self._wake_guardian(
            "EveryMinute",
            "The event of an execution's ending is sent at most once: look without one.",
            schedule=events.Schedule.rate(Duration.minutes(1)),
        )

    def _wake_guardian(
        self,
        id: str,
        description: str,
        *,
        event_pattern: events.EventPattern | None = None,
        schedule: events.Schedule | None = None,
        **told: str,
    ) -> None:
        name = "Guardian"
        function, letters = self.functions[name].function, self.dead_letters[name].queue
        event = {"at": events.EventField.from_path("$.time"), **told}
        events.Rule(
            self,
            id,
            description=description,
            event_pattern=event_pattern,
            schedule=schedule,
            targets=[event_target(function, letters, events.RuleTargetInput.from_object(event))],
        )

    def _let_services_call(self) -> None:
        """Once for the rules of all services: a function's own policy ends at 20 KiB.

        Whoever may make a rule of such a name may wake a deployment: it then looks for itself.
        """
        for name in CALLED_BY_SERVICES:
            self.functions[name].function.add_permission(
                "Services",
                principal=iam.ServicePrincipal("events.amazonaws.com"),
                source_arn=arns("events", f"rule/{RULE_PREFIX}*"),
            )


def ended(
    *machines: sfn.IStateMachine, statuses: Sequence[str], **more: Any
) -> events.EventPattern:
    """An execution of one of these ended so, and as `more` of its detail says."""
    return events.EventPattern(
        source=["aws.states"],
        detail_type=["Step Functions Execution Status Change"],
        detail={
            "stateMachineArn": [machine.state_machine_arn for machine in machines],
            "status": list(statuses),
            **more,
        },
    )


def event_target(
    function: lambda_.IFunction,
    dead_letter_queue: sqs.IQueue,
    event: events.RuleTargetInput | None = None,
) -> targets.LambdaFunction:
    """The function as a rule's target: handed over for an hour, then kept in the queue.

    An event that was handed over and failed is run twice more by Lambda within minutes, then kept
    in the function's own queue.
    """
    return targets.LambdaFunction(
        function,
        event=event,
        dead_letter_queue=dead_letter_queue,
        max_event_age=MAX_EVENT_AGE,
        retry_attempts=RETRY_ATTEMPTS,
    )
