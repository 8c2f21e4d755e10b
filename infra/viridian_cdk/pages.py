"""An alarm of Viridian itself, which tells the operators."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

PERIOD = Duration.minutes(1)
SILENCE_MINUTES = 5


def page_when_any(
    scope: Construct,
    id: str,
    description: str,
    *,
    metric: cloudwatch.IMetric,
    operators: sns.ITopic,
) -> cloudwatch.Alarm:
    """Tell of a metric that counts anything within a minute; most write no point for nothing."""
    alarm = cloudwatch.Alarm(
        scope,
        id,
        alarm_description=description,
        metric=metric,
        threshold=0,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=1,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
    alarm.add_alarm_action(actions.SnsAction(operators))
    return alarm


def page_when_silent(
    scope: Construct,
    id: str,
    description: str,
    *,
    metric: cloudwatch.IMetric,
    operators: sns.ITopic,
) -> cloudwatch.Alarm:
    """Tell of a metric that has counted nothing for five minutes, or has no point at all."""
    alarm = cloudwatch.Alarm(
        scope,
        id,
        alarm_description=description,
        metric=metric,
        threshold=1,
        comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluation_periods=SILENCE_MINUTES,
        treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
    )
    alarm.add_alarm_action(actions.SnsAction(operators))
    return alarm
