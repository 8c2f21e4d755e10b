"""What happens to a service and wakes its deployment: an alarm fires, a fleet is steady."""

from aws_cdk import aws_events as events
from constructs import Construct

from viridian_cdk.dead_letters import DeadLetters
from viridian_cdk.event_functions import EventFunctions, event_target


class ServiceEvents(Construct):
    """Two rules on AWS's own events, which nobody else can send, cut to what a handler needs.

    The queue stands here and not in the automation's stack: its policy names these rules.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: str,
        functions: EventFunctions,
        dead_letters: DeadLetters,
        alarm_names: list[str],
        ecs_service_arns: list[str],
    ) -> None:
        super().__init__(scope, id)
        at = events.EventField.from_path
        self._alarm_changed(
            alarm_names,
            event_target(
                functions.alarm_changed,
                dead_letters.queue,
                events.RuleTargetInput.from_object(
                    {
                        "service": service,
                        "alarm": at("$.detail.alarmName"),
                        "reason": at("$.detail.state.reason"),
                        "at": at("$.time"),
                    }
                ),
            ),
        )
        self._candidate_steady(
            ecs_service_arns,
            event_target(
                functions.candidate_steady,
                dead_letters.queue,
                events.RuleTargetInput.from_object(
                    {"service": service, "ecs_service": at("$.resources[0]")}
                ),
            ),
        )

    def _alarm_changed(self, names: list[str], target: events.IRuleTarget) -> None:
        events.Rule(
            self,
            "AlarmChanged",
            description="One of the service's alarms fired.",
            event_pattern=events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                detail={"alarmName": names, "state": {"value": ["ALARM"]}},
            ),
            targets=[target],
        )

    def _candidate_steady(self, services: list[str], target: events.IRuleTarget) -> None:
        events.Rule(
            self,
            "CandidateSteady",
            description="One of the service's fleets reached its steady state.",
            event_pattern=events.EventPattern(
                source=["aws.ecs"],
                detail_type=["ECS Service Action"],
                resources=services,
                detail={"eventName": ["SERVICE_STEADY_STATE"]},
            ),
            targets=[target],
        )
