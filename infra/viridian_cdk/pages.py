"""An alarm of Viridian itself, which tells the operators."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

PERIOD = Duration.minutes(1)
ANY: dict[str, Any] = {
    "threshold": 0,
    "comparison_operator": cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    "evaluation_periods": 1,
    "treat_missing_data": cloudwatch.TreatMissingData.NOT_BREACHING,
}
"""The metric counts anything within a minute; most write no point for nothing."""

SILENCE: dict[str, Any] = {
    "threshold": 1,
    "comparison_operator": cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    "evaluation_periods": 5,
    "treat_missing_data": cloudwatch.TreatMissingData.BREACHING,
}
"""It has counted nothing for five minutes, or has no point at all."""


def page_at(
    when: dict[str, Any],
    scope: Construct,
    id: str,
    description: str,
    *,
    metric: cloudwatch.IMetric,
    operators: sns.ITopic,
) -> cloudwatch.Alarm:
    """Tell the operators when the metric, of one-minute periods, is so."""
    alarm = cloudwatch.Alarm(scope, id, alarm_description=description, metric=metric, **when)
    alarm.add_alarm_action(actions.SnsAction(operators))
    return alarm
