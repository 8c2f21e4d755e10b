"""A queue for what could not be delivered or handled, and the alarm that says it is not empty."""

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.pages import ANY, PERIOD, page_at


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
        self.alarm = page_at(
            ANY,
            self,
            "NotEmpty",
            "An event was given up; its message says which and why.",
            metric=self.queue.metric_approximate_number_of_messages_visible(
                statistic="Maximum", period=PERIOD
            ),
            operators=operators,
        )
        acknowledge(self.queue, {"AwsSolutions-SQS3": "It is the dead-letter queue itself."})
