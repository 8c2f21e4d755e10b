"""Weights, health and drain move real requests, as they do on AWS."""

from collections.abc import Callable

import pytest

from tests.emulator.rig import App, Balancer, eventually, fetch

Colours = tuple[App, App]


@pytest.fixture
def colours(balancer: Balancer, start_app: Callable[[str], App]) -> Colours:
    blue, green = start_app("blue"), start_app("green")
    balancer.serve(balancer.blue, blue)
    balancer.serve(balancer.green, green)
    return blue, green


def answers(balancer: Balancer, count: int = 200) -> float:
    """Green's share."""
    found = [fetch(balancer.port)[1] for _ in range(count)]
    return found.count("green") / count


def test_weight_zero_gets_nothing(balancer: Balancer, colours: Colours) -> None:
    assert answers(balancer) == 0


def test_weights_share_the_traffic(balancer: Balancer, colours: Colours) -> None:
    balancer.shift(50, 50)
    assert 0.3 < answers(balancer) < 0.7


def test_weights_that_are_all_zero_answer_503(balancer: Balancer, colours: Colours) -> None:
    balancer.shift(0, 0)
    assert fetch(balancer.port) == (503, None)


def test_unhealthy_target_gets_no_requests(
    balancer: Balancer, start_app: Callable[[str], App], colours: Colours
) -> None:
    second = start_app("second")
    balancer.register(balancer.blue, second)
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["healthy", "healthy"])
    colours[0].health_status = 500
    eventually(lambda: balancer.health(balancer.blue), lambda s: "unhealthy" in s)
    assert {fetch(balancer.port)[1] for _ in range(20)} == {"second"}


def test_group_whose_targets_are_all_unhealthy_fails_open(
    balancer: Balancer, colours: Colours
) -> None:
    colours[0].health_status = 500
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["unhealthy"])
    assert fetch(balancer.port) == (200, "blue")


def test_draining_target_gets_no_new_requests_and_goes(
    balancer: Balancer, start_app: Callable[[str], App], colours: Colours
) -> None:
    second = start_app("second")
    balancer.register(balancer.blue, second)
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["healthy", "healthy"])
    balancer.set_drain_seconds(balancer.blue, 60)
    balancer.deregister(balancer.blue, colours[0])
    assert sorted(balancer.health(balancer.blue)) == ["draining", "healthy"]
    assert {fetch(balancer.port)[1] for _ in range(20)} == {"second"}
    balancer.set_drain_seconds(balancer.blue, 1)
    balancer.deregister(balancer.blue, second)
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["draining"])


def test_header_rule_comes_before_the_weighted_one(balancer: Balancer, colours: Colours) -> None:
    balancer.elbv2.create_rule(
        ListenerArn=balancer.listener,
        Priority=1,
        Conditions=[
            {
                "Field": "http-header",
                "HttpHeaderConfig": {"HttpHeaderName": "X-Viridian-Target", "Values": ["green"]},
            }
        ],
        Actions=[{"Type": "forward", "TargetGroupArn": balancer.green}],
    )
    assert fetch(balancer.port, **{"X-Viridian-Target": "green"}) == (200, "green")
    assert fetch(balancer.port) == (200, "blue")
