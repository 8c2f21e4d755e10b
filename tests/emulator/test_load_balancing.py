"""Weights, health and drain move real requests, as they do on AWS."""

import pytest
from botocore.exceptions import ClientError

from tests.emulator.rig import eventually, fetch


@pytest.fixture
def colours(balancer, start_app):
    blue, green = start_app("blue"), start_app("green")
    balancer.serve(balancer.blue, blue)
    balancer.serve(balancer.green, green)
    return blue, green


def answers(balancer, count=200):
    found = [fetch(balancer.port)[1] for _ in range(count)]
    return found.count("green") / count


def test_load_balancer_is_reached_on_loopback(balancer):
    assert balancer.dns_name == "127.0.0.1"


def test_weights_are_kept_and_returned(balancer):
    balancer.shift(75, 25)
    assert balancer.weights() == [75, 25]


def test_one_group_is_returned_in_both_forms(balancer):
    action = {"Type": "forward", "TargetGroupArn": balancer.blue}
    balancer.elbv2.modify_rule(RuleArn=balancer.rule, Actions=[action])
    rule = balancer.elbv2.describe_rules(RuleArns=[balancer.rule])["Rules"][0]
    found = rule["Actions"][0]
    assert found["TargetGroupArn"] == balancer.blue
    assert found["ForwardConfig"]["TargetGroups"] == [
        {"TargetGroupArn": balancer.blue, "Weight": 1}
    ]


def test_weight_zero_gets_nothing(balancer, colours):
    assert answers(balancer) == 0


def test_weights_share_the_traffic(balancer, colours):
    balancer.shift(50, 50)
    assert 0.3 < answers(balancer) < 0.7


def test_a_change_acts_on_the_next_request(balancer, colours):
    for split in [(0, 100), (100, 0)] * 10:
        balancer.shift(*split)
        assert fetch(balancer.port) == (200, "green" if split[1] else "blue")


def test_weights_that_are_all_zero_answer_503(balancer, colours):
    balancer.shift(0, 0)
    assert fetch(balancer.port) == (503, None)


def test_group_without_targets_answers_503(balancer):
    assert fetch(balancer.port) == (503, None)


def test_unhealthy_target_gets_no_requests(balancer, start_app, colours):
    second = start_app("second")
    balancer.register(balancer.blue, second)
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["healthy", "healthy"])
    colours[0].health_status = 500
    eventually(lambda: balancer.health(balancer.blue), lambda s: "unhealthy" in s)
    assert {fetch(balancer.port)[1] for _ in range(20)} == {"second"}


def test_group_whose_targets_are_all_unhealthy_fails_open(balancer, colours):
    colours[0].health_status = 500
    eventually(lambda: balancer.health(balancer.blue), lambda s: s == ["unhealthy"])
    assert fetch(balancer.port) == (200, "blue")


def test_draining_target_gets_no_new_requests_and_goes(balancer, start_app, colours):
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


def test_target_that_cannot_be_reached_answers_502(balancer, colours):
    colours[0].close()
    assert fetch(balancer.port)[0] == 502


def test_group_in_no_rule_is_not_in_use(balancer, start_app):
    group = balancer.create_group(f"{balancer.blue[-8:]}-spare")
    balancer.register(group, start_app("spare"))
    found = balancer.elbv2.describe_target_health(TargetGroupArn=group)
    health = found["TargetHealthDescriptions"][0]["TargetHealth"]
    assert (health["State"], health["Reason"]) == ("unused", "Target.NotInUse")


def test_header_rule_comes_before_the_weighted_one(balancer, colours):
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


def test_unknown_rule_is_refused(balancer):
    with pytest.raises(ClientError, match="RuleNotFound"):
        balancer.elbv2.describe_rules(RuleArns=[f"{balancer.rule}0"])


def test_rule_is_not_modified_to_an_unknown_group(balancer):
    action = {"Type": "forward", "TargetGroupArn": f"{balancer.blue}0"}
    with pytest.raises(ClientError, match="TargetGroupNotFound"):
        balancer.elbv2.modify_rule(RuleArn=balancer.rule, Actions=[action])
