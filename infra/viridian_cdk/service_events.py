"""What happens to a service and wakes its deployment: an alarm, a steady fleet, a written rule."""

from dataclasses import dataclass

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from viridian_cdk.dead_letters import DeadLetters
from viridian_cdk.event_functions import RULE_PREFIX, EventFunctions, event_target


@dataclass(frozen=True)
class ImagePushes:
    """Images of a repository, of this Region, that are deployed when they are pushed: those whose
    tag, the version, fits the pattern (`*` is anything). Make the repository's tags immutable.
    """

    repository: ecr.IRepository
    tags: str = "*"


class ServiceEvents(Construct):
    """Rules on AWS's own events, which nobody else can send, cut to what a handler needs.

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
        rule_arn: str,
        own_roles: list[str],
        images: ImagePushes | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._service, self._functions, self._queue = service, functions, dead_letters.queue
        at = events.EventField.from_path
        self._rule(
            "AlarmChanged",
            "One of the service's alarms fired.",
            events.EventPattern(
                source=["aws.cloudwatch"],
                detail_type=["CloudWatch Alarm State Change"],
                detail={"alarmName": alarm_names, "state": {"value": ["ALARM"]}},
            ),
            alarm=at("$.detail.alarmName"),
            reason=at("$.detail.state.reason"),
            state=at("$.detail.state"),
            at=at("$.time"),
        )
        self._rule(
            "CandidateSteady",
            "One of the service's fleets reached its steady state.",
            events.EventPattern(
                source=["aws.ecs"],
                detail_type=["ECS Service Action"],
                resources=ecs_service_arns,
                detail={"eventName": ["SERVICE_STEADY_STATE"]},
            ),
            ecs_service=at("$.resources[0]"),
        )
        # no such event without a trail that logs management events; a user's has no session
        others = [{"anything-but": own_roles}, {"exists": False}]
        self._rule(
            "RuleChanged",
            "Somebody else wrote the service's production rule.",
            events.EventPattern(
                source=["aws.elasticloadbalancing"],
                detail_type=["AWS API Call via CloudTrail"],
                detail={
                    "eventSource": ["elasticloadbalancing.amazonaws.com"],
                    "eventName": ["ModifyRule"],
                    "errorCode": [{"exists": False}],
                    "requestParameters": {"ruleArn": [rule_arn]},
                    "userIdentity": {"sessionContext": {"sessionIssuer": {"arn": others}}},
                },
            ),
            at=at("$.detail.eventTime"),
            identity=at("$.detail.userIdentity"),
            ip=at("$.detail.sourceIPAddress"),
        )
        if images is not None:
            self._deploy_pushed(images)

    def _deploy_pushed(self, images: ImagePushes) -> None:
        at, repository = events.EventField.from_path, images.repository
        self._rule(
            "ImagePushed",
            "An image was pushed that is a release.",
            events.EventPattern(
                source=["aws.ecr"],
                detail_type=["ECR Image Action"],
                detail={
                    "action-type": ["PUSH"],
                    "result": ["SUCCESS"],
                    "repository-name": [repository.repository_name],
                    "image-tag": events.Match.wildcard(images.tags),
                },
            ),
            version=at("$.detail.image-tag"),
            image=f"{repository.repository_uri}@{at('$.detail.image-digest')}",
        )

    def _rule(self, id: str, description: str, pattern: events.EventPattern, **told: str) -> None:
        """Its name is what lets it call the function of the same id."""
        event = events.RuleTargetInput.from_object({"service": self._service, **told})
        events.Rule(
            self,
            id,
            rule_name=f"{RULE_PREFIX}{self._service}-{id}",
            description=description,
            event_pattern=pattern,
            targets=[event_target(self._callable(id), self._queue, event)],
        )

    def _callable(self, name: str) -> lambda_.IFunction:
        """The automation's function, to which CDK adds no permission for each rule."""
        return lambda_.Function.from_function_attributes(
            self,
            f"{name}Function",
            function_arn=self._functions.functions[name].function.function_arn,
            same_environment=False,
            skip_permissions=True,
        )
