"""How a person hears of what Viridian could not do: one topic, and who may publish to it."""

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct


class Operators(Construct):
    """Subscribe a mailbox, a pager or a chat to `topic`."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", display_name="Viridian", enforce_ssl=True)
        # Requiring TLS replaces the topic's default policy, under which alarms could publish.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )

    def notify_unpromoted(self, *machines: sfn.IStateMachine) -> None:
        """Say when a deployment ended without promoting its release.

        The event goes out whole: chat integrations know AWS's own form only, and it has the name,
        the error and the cause.
        """
        events.Rule(
            self,
            "DeploymentUnpromoted",
            description="A deployment or a standby failed, timed out or was stopped.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [machine.state_machine_arn for machine in machines],
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                },
            ),
            targets=[targets.SnsTopic(self.topic)],
        )
