"""A service's own page in CloudWatch: how its releases came, and how both sides did meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from viridian_cdk.alarms import ColourAlarms
from viridian_cdk.functions import POWERTOOLS

PERIOD = Duration.minutes(1)
WIDTH = 24
COLOURS = {"blue": "#1f77b4", "green": "#2ca02c"}
BOTH_SIDES = {
    "Requests": {"requests": ("RequestCount", "Sum")},
    "Answers with a 5xx": {"5xx": ("HTTPCode_Target_5XX_Count", "Sum")},
    "Response time, seconds": {
        "p50": ("TargetResponseTime", "p50"),
        "p99": ("TargetResponseTime", "p99"),
    },
    "Healthy targets": {"healthy": ("HealthyHostCount", "Minimum")},
}
"""The graphs of a row: what each shows of either side."""


def service_metric(
    name: str, service: str, statistic: str = "Sum", **look: Any
) -> cloudwatch.Metric:
    """One that PhaseChanged counts for a service."""
    return cloudwatch.Metric(
        namespace=POWERTOOLS["POWERTOOLS_METRICS_NAMESPACE"],
        metric_name=name,
        dimensions_map={"service": service},
        statistic=statistic,
        period=PERIOD,
        **look,
    )


def add_service_dashboard(
    scope: Construct,
    *,
    service: str,
    sides: Mapping[str, ColourAlarms],
    shared: Sequence[cloudwatch.IAlarm],
) -> cloudwatch.Dashboard:
    """The split with what became of each release, then both sides, then the alarms.

    Deployments are marks of their own metrics: a dashboard's vertical annotations are written into
    it, and would have each deployment change the stack.
    """
    alarms = [*(alarm for side in sides.values() for alarm in side.alarms), *shared]
    width = WIDTH // len(BOTH_SIDES)
    return cloudwatch.Dashboard(
        scope,
        "Dashboard",
        default_interval=Duration.hours(3),
        widgets=[
            [_releases(service)],
            [_both(title, shown, sides, width) for title, shown in BOTH_SIDES.items()],
            [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=WIDTH, height=3)],
        ],
    )


def _releases(service: str) -> cloudwatch.GraphWidget:
    """A share is told when it changes, and stands until then."""
    split = cloudwatch.MathExpression(
        expression="FILL(split, REPEAT)",
        using_metrics={"split": service_metric("CandidatePercent", service, "Maximum")},
        label="the candidate's share, percent",
        period=PERIOD,
    )
    marks = [
        service_metric("Promotions", service, label="promoted", color="#2ca02c"),
        service_metric("ChangeFailures", service, label="taken back", color="#d62728"),
    ]
    return cloudwatch.GraphWidget(
        title=f"{service}: releases",
        left=[split],
        right=marks,
        left_y_axis=cloudwatch.YAxisProps(min=0, max=100),
        right_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
        width=WIDTH,
    )


def _both(
    title: str,
    shown: Mapping[str, tuple[str, str]],
    sides: Mapping[str, ColourAlarms],
    width: int,
) -> cloudwatch.GraphWidget:
    lines: list[cloudwatch.IMetric] = [
        side.metric(*metric, label=f"{colour} {label}", color=COLOURS[colour])
        for colour, side in sides.items()
        for label, metric in shown.items()
    ]
    axis = cloudwatch.YAxisProps(min=0)
    return cloudwatch.GraphWidget(title=title, left=lines, left_y_axis=axis, width=width)
