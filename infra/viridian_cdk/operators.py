"""How a person hears of what Viridian could not do: one topic, and who may publish to it."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from viridian.core.ending import ENDINGS
from viridian.core.rule_change import HELD_BY_CHANGE
from viridian_cdk.event_functions import UNPROMOTED, ended
from viridian_cdk.functions import POWERTOOLS
from viridian_cdk.pages import ANY, PERIOD, SILENCE, page_at
from viridian_cdk.rights import Own, Place


class Operators(Construct):
    """Subscribe a mailbox, a pager or a chat to `topic`."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        # Of our own: the policy of AWS's (alias/aws/sns) lets neither alarms nor rules publish.
        self.key = kms.Key(
            self,
            "Key",
            description="The messages of Viridian to its operators",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,  # what is on its way is all that it encrypts
        )
        self.topic = sns.Topic(
            self, "Topic", display_name="Viridian", master_key=self.key, enforce_ssl=True
        )
        # Requiring TLS replaces the topic's default policy, under which alarms could publish. The
        # right on the key comes with it, here and for the rule below, which gets it without a
        # condition: AWS supports none on the source of an event to an encrypted topic.
        self.topic.grant_publish(
            iam.ServicePrincipal(
                "cloudwatch.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )

    @property
    def places(self) -> dict[Own, Place]:
        """Where the topic and its key are, for those who may publish."""
        topic, key = self.topic.topic_arn, self.key.key_arn
        return {
            Own.PAGES: Place(topic, "VIRIDIAN_OPERATORS_TOPIC_ARN", topic),
            Own.PAGES_KEY: Place(key, "VIRIDIAN_OPERATORS_KEY_ARN", key),
        }

    def tell_of_crashes(self, *machines: sfn.IStateMachine) -> None:
        """Say when an execution was stopped, timed out, or failed by what is no ending: it could
        not say so itself.

        The event goes out whole: it has the name, the error and the cause.
        """
        match = events.Match
        error = match.any_of(
            match.anything_but(*ENDINGS), match.does_not_exist(), match.null_value()
        )
        events.Rule(
            self,
            "ExecutionCrashed",
            description="A deployment or a standby ended, and could not tell of it itself.",
            event_pattern=ended(*machines, statuses=UNPROMOTED, error=error),
            targets=[targets.SnsTopic(self.topic)],
        )

    def page_stopped(self, machine: sfn.StateMachine, what: str) -> None:
        """Page when executions of a machine are stopped or time out, also if no event tells."""
        for how, metric in {
            "Stopped": machine.metric_aborted(period=PERIOD),
            "TimedOut": machine.metric_timed_out(period=PERIOD),
        }.items():
            page_at(
                ANY,
                self,
                f"{what}{how}",
                "An execution passed no Catch: see that the guardian made the traffic whole.",
                metric=metric,
                operators=self.topic,
            )

    def page_held(self) -> None:
        """Page when a deployment waits for a person to settle what another wrote."""
        page_at(
            ANY,
            self,
            "DeploymentHeld",
            "Somebody wrote a production rule in the middle of a deployment, which is "
            "held (on_manual_change): its lease says who; resume or abort it.",
            metric=cloudwatch.Metric(
                namespace=POWERTOOLS["POWERTOOLS_METRICS_NAMESPACE"],
                metric_name=HELD_BY_CHANGE,
                dimensions_map={"service": POWERTOOLS["POWERTOOLS_SERVICE_NAME"]},
                statistic="Sum",
                period=PERIOD,
            ),
            operators=self.topic,
        )

    def page_unguarded(self, guardian: lambda_.IFunction) -> None:
        """Page when the guardian fails, or is not called any more."""
        page_at(
            ANY,
            self,
            "GuardianFailed",
            "A lease could not be looked after; the guardian's log says which and why.",
            metric=guardian.metric_errors(period=PERIOD),
            operators=self.topic,
        )
        page_at(
            SILENCE,
            self,
            "GuardianSilent",
            "Nobody looks every minute for deployments that were stopped.",
            metric=guardian.metric_invocations(period=PERIOD),
            operators=self.topic,
        )
