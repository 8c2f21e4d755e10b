"""A queue for what could not be delivered or handled, and the alarm that says it is not empty."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge


class DeadLetters(Construct):
    """Keeps each event for 14 days (SQS's longest), so a long weekend loses nothing."""

    def __init__(self, scope: Construct, id: str, *, operators: sns.ITopic) -> None:
        super().__init__(scope, id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.alarm = cloudwatch.Alarm(
            self,
            "NotEmpty",
            alarm_description="An event was given up; its message says which and why.",
            metric=self.queue.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=Duration.minutes(1)
            ),
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.alarm.add_alarm_action(actions.SnsAction(operators))
        acknowledge(self.queue, {"AwsSolutions-SQS3": "It is the dead-letter queue itself."})
