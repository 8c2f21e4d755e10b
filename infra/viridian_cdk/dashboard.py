"""One page of all services, for whoever looks at Viridian itself: how deployments end, what broke,
what is stuck; and DORA's figures of each service.
"""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from viridian_cdk.dead_letters import DeadLetters
from viridian_cdk.functions import POWERTOOLS, HandlerFunction

PERIOD = Duration.minutes(5)
DAY = Duration.days(1)
OF_EACH_SERVICE = {
    "The candidate's share, percent": ("CandidatePercent", "Maximum", PERIOD),
    "Promotions a day": ("Promotions", "Sum", DAY),
    "Changes that failed, a day": ("ChangeFailures", "Sum", DAY),
    "Lead time, seconds": ("LeadTime", "p50", DAY),
    "Time to restore, seconds": ("TimeToRestore", "p50", DAY),
}
NAMESPACE = POWERTOOLS["POWERTOOLS_METRICS_NAMESPACE"]


def add_dashboard(
    scope: Construct,
    *,
    machine: sfn.StateMachine,
    functions: Iterable[HandlerFunction],
    dead_letters: Iterable[DeadLetters],
) -> cloudwatch.Dashboard:
    """Deployments, errors of functions, events given up; then what PhaseChanged counts, by a search
    for services, so that it names none.
    """
    errors = [f.function.metric_errors(label=f.node.id, period=PERIOD) for f in functions]
    given_up = [letters.alarm.metric for letters in dead_letters]
    return cloudwatch.Dashboard(
        scope,
        "Dashboard",
        default_interval=Duration.days(7),
        widgets=[
            [
                cloudwatch.GraphWidget(title="Deployments", left=_endings(machine), width=8),
                cloudwatch.GraphWidget(title="Errors of functions", left=errors, width=8),
                cloudwatch.GraphWidget(title="Events given up", left=given_up, width=8),
            ],
            [_of_each_service(title, *shown) for title, shown in OF_EACH_SERVICE.items()],
        ],
    )


def _of_each_service(
    title: str, metric: str, statistic: str, period: Duration
) -> cloudwatch.GraphWidget:
    search = f'{{{NAMESPACE},service}} MetricName="{metric}"'
    found = cloudwatch.MathExpression(
        expression=f"SEARCH('{search}', '{statistic}', {period.to_seconds()})",
        label="",
        period=period,
    )
    return cloudwatch.GraphWidget(title=title, left=[found], width=8)


def _endings(machine: sfn.StateMachine) -> list[cloudwatch.IMetric]:
    return [
        machine.metric_started(label="started", period=PERIOD),
        machine.metric_succeeded(label="promoted", period=PERIOD),
        machine.metric_failed(label="not promoted", period=PERIOD),
        machine.metric_timed_out(label="timed out", period=PERIOD),
        machine.metric_aborted(label="stopped", period=PERIOD),
    ]
