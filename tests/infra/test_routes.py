"""How requests reach the two sides."""

import pytest

from tests.infra.template import Assembly, Resources

BLUE, GREEN = "<ServiceRoutesBlue>", "<ServiceRoutesGreen>"


@pytest.fixture(scope="module")
def rules(assembly: Assembly) -> Resources:
    return assembly.shop.properties("ElasticLoadBalancingV2::ListenerRule")


def test_both_sides_stand_in_the_production_rule_and_blue_gets_all(
    assembly: Assembly, rules: Resources
) -> None:
    [action] = rules["ServiceRoutesProduction"]["Actions"]
    groups = action["ForwardConfig"]["TargetGroups"]

    assert [(assembly.spell(g["TargetGroupArn"]), g["Weight"]) for g in groups] == [
        (BLUE, 100),
        (GREEN, 0),
    ]
    assert "TargetGroupStickinessConfig" not in action["ForwardConfig"]


@pytest.mark.parametrize(("colour", "group"), [("Blue", BLUE), ("Green", GREEN)])
def test_a_header_on_the_test_listener_names_the_side(
    assembly: Assembly, rules: Resources, colour: str, group: str
) -> None:
    rule = rules[f"ServiceRoutesTest{colour}"]
    [header] = [c for c in rule["Conditions"] if c["Field"] == "http-header"]

    assert assembly.spell(rule["ListenerArn"]) == "<FrontTest>"
    assert header["HttpHeaderConfig"] == {
        "HttpHeaderName": "X-Viridian-Target",
        "Values": [colour.lower()],
    }
    assert [assembly.spell(a["TargetGroupArn"]) for a in rule["Actions"]] == [group]


def test_no_two_rules_of_a_listener_have_the_same_priority(
    assembly: Assembly, rules: Resources
) -> None:
    places = [(assembly.spell(rule["ListenerArn"]), rule["Priority"]) for rule in rules.values()]

    assert len(places) == len(set(places)) == 3


def test_what_no_rule_takes_reaches_no_task(assembly: Assembly) -> None:
    listeners = assembly.shop.properties("ElasticLoadBalancingV2::Listener")

    assert {
        name: [action["FixedResponseConfig"]["StatusCode"] for action in listener["DefaultActions"]]
        for name, listener in listeners.items()
    } == {"FrontProduction": ["503"], "FrontTest": ["404"]}


def test_health_is_known_as_soon_as_a_load_balancer_can(assembly: Assembly) -> None:
    groups = assembly.shop.properties("ElasticLoadBalancingV2::TargetGroup")

    assert set(groups) == {"ServiceRoutesBlue", "ServiceRoutesGreen"}
    for group in groups.values():
        assert (group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]) == (5, 2)
        assert (group["HealthyThresholdCount"], group["UnhealthyThresholdCount"]) == (2, 2)
        assert (group["HealthCheckPath"], group["TargetType"]) == ("/health", "ip")


def test_a_leaving_task_has_the_services_time_to_drain(assembly: Assembly) -> None:
    for group in assembly.shop.properties("ElasticLoadBalancingV2::TargetGroup").values():
        attributes = {a["Key"]: a["Value"] for a in group["TargetGroupAttributes"]}
        assert attributes["deregistration_delay.timeout_seconds"] == "60"
        assert attributes["stickiness.enabled"] == "false"


def test_only_the_load_balancer_reaches_the_tasks(assembly: Assembly) -> None:
    groups = assembly.shop.properties("EC2::SecurityGroup")
    [into_tasks] = groups["FrontWallsTaskGroup"]["SecurityGroupIngress"]
    [out_of_front] = groups["FrontWallsLoadBalancerGroup"]["SecurityGroupEgress"]

    assert "CidrIp" not in into_tasks
    assert assembly.spell(into_tasks["SourceSecurityGroupId"]) == (
        "<FrontWallsLoadBalancerGroup.GroupId>"
    )
    assert (into_tasks["FromPort"], into_tasks["ToPort"]) == (8080, 8080)
    assert (out_of_front["FromPort"], out_of_front["ToPort"]) == (8080, 8080)
    assert assembly.spell(out_of_front["CidrIp"]) == "<Network.CidrBlock>"


def test_the_front_opens_its_two_ports_and_no_other(assembly: Assembly) -> None:
    front = assembly.shop.properties("EC2::SecurityGroup")["FrontWallsLoadBalancerGroup"]
    open_ports = {
        (assembly.spell(rule["FromPort"]), assembly.spell(rule["ToPort"]))
        for rule in front["SecurityGroupIngress"]
    }

    assert open_ports == {("<ProductionPort>", "<ProductionPort>"), ("<TestPort>", "<TestPort>")}
    assert not assembly.shop.of_type("EC2::SecurityGroupIngress")


def test_the_load_balancer_keeps_its_access_log(assembly: Assembly) -> None:
    balancers = assembly.shop.properties("ElasticLoadBalancingV2::LoadBalancer")
    attributes = {
        a["Key"]: assembly.spell(a["Value"])
        for a in balancers["FrontLoadBalancer"]["LoadBalancerAttributes"]
    }
    statements = assembly.shop.properties("S3::BucketPolicy")["FrontAccessLogsPolicy"]
    allowed = [s for s in statements["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]

    assert attributes["access_logs.s3.enabled"] == "true"
    assert attributes["access_logs.s3.bucket"] == "<FrontAccessLogs>"
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert [
        (s["Action"], s["Principal"]["Service"], assembly.spell(s["Resource"])) for s in allowed
    ] == [
        (
            "s3:PutObject",
            "logdelivery.elasticloadbalancing.amazonaws.com",
            "<FrontAccessLogs.Arn>/AWSLogs/<AWS::AccountId>/*",
        )
    ]
