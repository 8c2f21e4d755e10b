"""How requests reach the two sides."""

import pytest

from tests.infra.template import Assembly, Resources

BLUE, GREEN = "<ServiceRoutesBlue>", "<ServiceRoutesGreen>"


@pytest.fixture(scope="module")
def rules(assembly: Assembly) -> Resources:
    return assembly.shop.properties("ElasticLoadBalancingV2::ListenerRule")


def test_both_sides_stand_in_the_production_rule_and_blue_gets_all(assembly: Assembly) -> None:
    [rule] = assembly.owned("ListenerRule").values()
    groups = [
        {"TargetGroupArn": BLUE, "Weight": 100},
        {"TargetGroupArn": GREEN, "Weight": 0},
    ]

    assert rule["Actions"] == [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
    assert rule["ListenerArn"] == "<FrontProduction>"
    assert rule["Conditions"] == [
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}
    ]


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


def test_the_two_test_rules_have_priorities_of_their_own(rules: Resources) -> None:
    assert sorted(rule["Priority"] for rule in rules.values()) == [100, 101]


def test_what_no_rule_takes_reaches_no_task(assembly: Assembly) -> None:
    listeners = assembly.shop.properties("ElasticLoadBalancingV2::Listener")

    assert {
        name: [action["FixedResponseConfig"]["StatusCode"] for action in listener["DefaultActions"]]
        for name, listener in listeners.items()
    } == {"FrontProduction": ["503"], "FrontTest": ["404"]}


def test_health_is_known_as_soon_as_a_load_balancer_can(assembly: Assembly) -> None:
    groups = assembly.owned("TargetGroup")

    assert set(groups) == {"ServiceRoutesBlue", "ServiceRoutesGreen"}
    for group in groups.values():
        assert (group["HealthCheckIntervalSeconds"], group["HealthCheckTimeoutSeconds"]) == (5, 2)
        assert (group["HealthyThresholdCount"], group["UnhealthyThresholdCount"]) == (2, 2)
        assert (group["HealthCheckPath"], group["TargetType"]) == ("/health", "ip")


def test_a_leaving_task_has_the_services_time_to_drain(assembly: Assembly) -> None:
    for group in assembly.owned("TargetGroup").values():
        assert group["Attributes"] == [
            {"Key": "deregistration_delay.timeout_seconds", "Value": "60"}
        ]


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
