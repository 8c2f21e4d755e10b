"""The standing alarms of a service: one set for each colour, one for the load balancer.

They stand as long as the service does: an alarm made for a deployment would begin it without
data. None has an action; a rule on their state changes ends the running wait. Missing data is not
breaching, since ALB metrics exist only while requests flow: whether there was enough traffic to
judge by is the verdict's question, not the alarm's.
"""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from viridian.core.evidence.comparison import FEWEST_FAILED
from viridian.core.evidence.requests import P99_REQUESTS
from viridian.core.service.settings import AlarmSettings

GREATER = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
NOT_BREACHING = cloudwatch.TreatMissingData.NOT_BREACHING


class ColourAlarms(Construct):
    """Errors, latency and health of one target group, named as its metrics name it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        load_balancer: elbv2.ApplicationLoadBalancer,
        target_group: str,
        settings: AlarmSettings,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._dimensions = {
            "LoadBalancer": load_balancer.load_balancer_full_name,
            "TargetGroup": target_group,
        }
        self.alarms = [
            self._error_rate(),
            self._latency(),
            self._unhealthy_hosts(),
            self._unhealthy_routing(),
        ]

    @property
    def names(self) -> list[str]:
        """The alarms', as a registration has them."""
        return [alarm.alarm_name for alarm in self.alarms]

    def metric(self, name: str, statistic: str, **look: Any) -> cloudwatch.Metric:
        """One of the target group, over the period that the alarms have."""
        return _alb_metric(name, statistic, self._dimensions, self._period, **look)

    def _error_rate(self) -> cloudwatch.Alarm:
        """5xx of the targets as a share of at least `minimum_requests`, below that 0.

        So few that they may be chance are 0 too.
        FILL makes an absent error count 0: CloudWatch writes no point for no error, and would
        wait for one before it judged the minute. The requests are not filled: their newest minute
        comes late, and filled with 0 it would read as a good one.
        """
        minimum, limit = self._settings.minimum_requests, self._settings.error_rate_percent
        rate = self._of_enough_requests(
            f"IF(FILL(errors, 0) >= {FEWEST_FAILED}, 100 * FILL(errors, 0) / requests, 0)",
            label="5xx of the targets, percent",
            errors=self.metric("HTTPCode_Target_5XX_Count", "Sum"),
        )
        return _alarm(
            self,
            "ErrorRate",
            f"More than {limit:g} % of at least {minimum} requests answered 5xx.",
            metric=rate,
            threshold=limit,
        )

    def _latency(self) -> cloudwatch.Alarm:
        """p99 of many requests, of fewer the p90: of a hundred the p99 is the slowest one alone.

        Of fewer than `minimum_requests` it is 0. Two periods: the first requests to a new task are
        slow, and those that warm it are counted.
        """
        minimum, limit = self._settings.minimum_requests, self._settings.latency_p99_seconds
        slowest = self._of_enough_requests(
            f"IF(requests >= {P99_REQUESTS}, p99, p90)",
            label="p99 of the response time, of few requests the p90, seconds",
            p99=self.metric("TargetResponseTime", "p99"),
            p90=self.metric("TargetResponseTime", "p90"),
        )
        return _alarm(
            self,
            "Latency",
            f"The slowest hundredth of {P99_REQUESTS} requests or more, or the slowest tenth of at "
            f"least {minimum}, took more than {limit:g} s.",
            metric=slowest,
            threshold=limit,
            periods=2,
        )

    def _of_enough_requests(
        self, value: str, *, label: str, least: int | None = None, **metrics: cloudwatch.IMetric
    ) -> cloudwatch.MathExpression:
        """The value of a period with `minimum_requests`, or as many as said, otherwise 0."""
        least = least or self._settings.minimum_requests
        return cloudwatch.MathExpression(
            expression=f"IF(requests >= {least}, {value}, 0)",
            using_metrics={"requests": self.metric("RequestCount", "Sum"), **metrics},
            label=label,
            period=self._period,
        )

    def _unhealthy_hosts(self) -> cloudwatch.Alarm:
        """Two periods: one task replaced by ECS is not yet a bad release.

        Without requests it is 0: a candidate that starts slowly fails its checks until it listens,
        and as late as metrics come that would fire in its first bake. What warms it comes when it
        is healthy, so that one period at most has both.
        """
        unhealthy = self._of_enough_requests(
            "unhealthy",
            least=1,
            label="targets that fail their health checks, while there are requests",
            unhealthy=self.metric("UnHealthyHostCount", "Maximum"),
        )
        return _alarm(
            self,
            "UnhealthyHosts",
            "A target fails its health checks while the side gets requests.",
            metric=unhealthy,
            threshold=0,
            periods=2,
        )

    def _unhealthy_routing(self) -> cloudwatch.Alarm:
        return _alarm(
            self,
            "UnhealthyRouting",
            "Requests were sent to unhealthy targets, because no other target was left.",
            metric=self.metric("UnhealthyRoutingRequestCount", "Sum"),
            threshold=0,
        )

    @property
    def _period(self) -> Duration:
        return Duration.seconds(self._settings.period_seconds)


def elb_5xx_alarm(
    scope: Construct, *, load_balancer: elbv2.ApplicationLoadBalancer, settings: AlarmSettings
) -> cloudwatch.Alarm:
    """502, 503 and 504 made by the load balancer itself: how unreachable targets show.

    CloudWatch has it for the load balancer only, so every service on it shares the blame.
    """
    limit = settings.elb_5xx_count
    return _alarm(
        scope,
        "Elb5xx",
        f"The load balancer itself answered 5xx more than {limit} times.",
        metric=_alb_metric(
            "HTTPCode_ELB_5XX_Count",
            "Sum",
            {"LoadBalancer": load_balancer.load_balancer_full_name},
            Duration.seconds(settings.period_seconds),
        ),
        threshold=limit,
    )


def _alb_metric(
    name: str, statistic: str, dimensions: dict[str, str], period: Duration, **look: Any
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApplicationELB",
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=period,
        **look,
    )


def _alarm(
    scope: Construct,
    id: str,
    description: str,
    *,
    metric: cloudwatch.IMetric,
    threshold: float,
    periods: int = 1,
) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        scope,
        id,
        alarm_description=description,
        metric=metric,
        threshold=threshold,
        comparison_operator=GREATER,
        evaluation_periods=periods,
        datapoints_to_alarm=periods,
        treat_missing_data=NOT_BREACHING,
    )
