"""The standing alarms: what they measure, when they fire, and that they do nothing else."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emulator.alarms.metric_math import evaluate
from tests.infra.template import Assembly, Resources
from viridian.core.evidence.requests import Period
from viridian.core.service.settings import Settings
from viridian_cli.timeline.alarms import ALARMS

ROOT = Path(__file__).parents[2]
EXAMPLE = Settings.from_dict(
    yaml.safe_load((ROOT / "examples/shop/service.yaml").read_text()), "service.yaml"
)
COLOURS = ["Blue", "Green"]
MATH = {  # expression, metrics with their statistics, threshold and periods
    "ErrorRate": (
        "IF(requests >= 20, IF(FILL(errors, 0) >= 4, 100 * FILL(errors, 0) / requests, 0), 0)",
        {"requests": ("RequestCount", "Sum"), "errors": ("HTTPCode_Target_5XX_Count", "Sum")},
        (5, 1),
    ),
    "Latency": (
        "IF(requests >= 20, IF(requests >= 1000, p99, p90), 0)",
        {
            "requests": ("RequestCount", "Sum"),
            "p90": ("TargetResponseTime", "p90"),
            "p99": ("TargetResponseTime", "p99"),
        },
        (1, 2),
    ),
    "UnhealthyHosts": (
        "IF(requests >= 1, unhealthy, 0)",
        {"requests": ("RequestCount", "Sum"), "unhealthy": ("UnHealthyHostCount", "Maximum")},
        (0, 2),
    ),
}
LOAD_BALANCER = ("LoadBalancer", "<FrontLoadBalancer.LoadBalancerFullName>")
PER_COLOUR = {
    "UnhealthyRouting": ("UnhealthyRoutingRequestCount", "Sum", 0, 1),
}


@pytest.fixture(scope="module")
def alarms(assembly: Assembly) -> Resources:
    found = assembly.shop.properties("CloudWatch::Alarm")
    return {name.removeprefix("Service"): a for name, a in found.items() if "Dead" not in name}


def dimensions(assembly: Assembly, metric: dict[str, Any]) -> set[tuple[str, str]]:
    return {(d["Name"], assembly.spell(d["Value"])) for d in metric["Dimensions"]}


def of_colour(colour: str) -> set[tuple[str, str]]:
    return {LOAD_BALANCER, ("TargetGroup", f"<ServiceRoutes{colour}>'s name")}


def test_there_is_a_set_for_each_colour_and_one_for_the_load_balancer(alarms: Resources) -> None:
    kinds = [*PER_COLOUR, *MATH]

    assert set(alarms) == {f"{c}Alarms{kind}" for c in COLOURS for kind in kinds} | {"Elb5xx"}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("kind", MATH)
def test_errors_latency_and_health_are_judged_by_requests_to_one_side(
    assembly: Assembly, alarms: Resources, colour: str, kind: str
) -> None:
    alarm = alarms[f"{colour}Alarms{kind}"]
    [returned] = [m for m in alarm["Metrics"] if m["ReturnData"]]
    stats = {m["Id"]: m["MetricStat"] for m in alarm["Metrics"] if not m["ReturnData"]}
    metrics = {id: (stat["Metric"]["MetricName"], stat["Stat"]) for id, stat in stats.items()}
    limits = (alarm["Threshold"], alarm["EvaluationPeriods"])

    assert (returned["Expression"], metrics, limits) == MATH[kind]
    assert {stat["Period"] for stat in stats.values()} == {60}
    for stat in stats.values():
        assert dimensions(assembly, stat["Metric"]) == of_colour(colour)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("kind", PER_COLOUR)
def test_routing_is_of_one_side(
    assembly: Assembly, alarms: Resources, colour: str, kind: str
) -> None:
    alarm = alarms[f"{colour}Alarms{kind}"]
    statistic = alarm.get("Statistic", alarm.get("ExtendedStatistic"))
    found = (alarm["MetricName"], statistic, alarm["Threshold"], alarm["EvaluationPeriods"])

    assert found == PER_COLOUR[kind]
    assert alarm["Period"] == 60
    assert dimensions(assembly, alarm) == of_colour(colour)


def test_what_the_load_balancer_answers_itself_has_no_side(
    assembly: Assembly, alarms: Resources
) -> None:
    alarm = alarms["Elb5xx"]

    assert (alarm["MetricName"], alarm["Statistic"]) == ("HTTPCode_ELB_5XX_Count", "Sum")
    assert (alarm["Threshold"], alarm["Period"]) == (10, 60)
    assert dimensions(assembly, alarm) == {LOAD_BALANCER}


def test_no_traffic_is_no_breach(alarms: Resources) -> None:
    for alarm in alarms.values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_a_services_alarms_have_no_action_of_their_own(alarms: Resources) -> None:
    assert not [a for a in alarms.values() if {"AlarmActions", "OKActions"} & set(a)]


def test_names_are_left_to_cloudformation(alarms: Resources) -> None:
    assert not [alarm for alarm in alarms.values() if "AlarmName" in alarm]


@given(
    st.integers(1, 3000), st.integers(0, 200), st.sampled_from([0.5, 2]), st.sampled_from([0.5, 2])
)
def test_the_timeline_s_model_has_these_alarms(
    requests: int, errors: int, p90: float, p99: float
) -> None:
    values = {"requests": requests, "errors": errors or None, "p90": p90, "p99": p99}
    period = Period(0, requests, max(0, requests - errors), errors, p90=p90, p99=p99)

    for kind, name in (("ErrorRate", "error rate"), ("Latency", "latency")):
        expression, _, (threshold, periods) = MATH[kind]
        fires = (evaluate(expression, values) or 0) > threshold
        assert ALARMS[name]([period] * periods, EXAMPLE) is fires
