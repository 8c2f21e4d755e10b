"""CloudFormation makes what the template says, or fails and says why."""

import json

import pytest

from tests.emulator.rig import eventually

ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
BALANCER = {
    "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "Properties": {"Subnets": ["subnet-1"]},
}
GROUP = {
    "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "Properties": {
        "Port": 80,
        "Protocol": "HTTP",
        "TargetType": "ip",
        "HealthCheckPath": "/health",
        "HealthCheckIntervalSeconds": 5,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 3,
        "TargetGroupAttributes": [
            {"Key": "deregistration_delay.timeout_seconds", "Value": "5"},
        ],
    },
}
REFUSED = {
    "AWS::Lambda::Function": {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Role": "arn:aws:iam::000000000000:role/x",
        "Code": {"S3Bucket": "none", "S3Key": "none.zip"},
    },
    "AWS::StepFunctions::StateMachine": {
        "RoleArn": "arn:aws:iam::000000000000:role/x",
        "DefinitionString": "{not json",
    },
    "AWS::Events::Rule": {"EventPattern": {"source": "not a list"}},
    "AWS::IAM::Policy": {
        "PolicyName": "x",
        "Roles": ["none"],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
    },
}


@pytest.fixture
def deploy(cloud):
    """Create a stack; its status, its outputs and the reasons of what failed."""
    formation = cloud.client("cloudformation")

    def create(name, resources, outputs=None):
        template = {"Resources": resources, "Outputs": outputs or {}}
        formation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        stack = eventually(
            lambda: formation.describe_stacks(StackName=name)["Stacks"][0],
            lambda found: not found["StackStatus"].endswith("IN_PROGRESS"),
        )
        events = formation.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [e["ResourceStatusReason"] for e in events if "FAILED" in e["ResourceStatus"]]
        values = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
        return stack["StackStatus"], values, reasons

    return create


def test_role_keeps_its_path(deploy, unique):
    role = {**ROLE, "Properties": {**ROLE["Properties"], "RoleName": unique, "Path": "/own/"}}
    _, values, _ = deploy(
        unique, {"Role": role}, {"Arn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}}
    )
    assert values["Arn"] == f"arn:aws:iam::000000000000:role/own/{unique}"


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_resource_fails_the_stack_with_a_reason(deploy, unique, kind):
    status, _, reasons = deploy(unique, {"X": {"Type": kind, "Properties": REFUSED[kind]}})
    assert status == "ROLLBACK_COMPLETE"
    assert reasons


def test_export_of_one_stack_is_imported_by_another(cloud, deploy, unique):
    export = {"Value": {"Fn::GetAtt": ["Role", "Arn"]}, "Export": {"Name": unique}}
    _, outputs, _ = deploy(f"{unique}-a", {"Role": ROLE}, {"RoleArn": export})
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Type": "String",
            "Name": f"/viridian/services/{unique}",
            "Value": {"Fn::ImportValue": unique},
        },
    }
    deploy(f"{unique}-b", {"Registration": parameter})
    found = cloud.client("ssm").get_parameter(Name=f"/viridian/services/{unique}")
    assert found["Parameter"]["Value"] == outputs["RoleArn"]


def test_load_balancer_has_the_attributes_that_alarms_use(deploy, unique):
    names = {
        "Dns": {"Fn::GetAtt": ["Balancer", "DNSName"]},
        "Balancer": {"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]},
        "Group": {"Fn::GetAtt": ["Group", "TargetGroupFullName"]},
        "GroupArn": {"Ref": "Group"},
    }
    outputs = {name: {"Value": value} for name, value in names.items()}
    _, values, _ = deploy(unique, {"Balancer": BALANCER, "Group": GROUP}, outputs)
    assert values["Dns"] == "127.0.0.1"
    assert values["Balancer"].startswith("app/")
    assert values["GroupArn"].endswith(f":{values['Group']}")
    assert values["Group"].startswith("targetgroup/")


def test_group_keeps_its_health_check_and_its_delay(cloud, deploy, unique):
    _, values, _ = deploy(unique, {"Group": GROUP}, {"Arn": {"Value": {"Ref": "Group"}}})
    elbv2 = cloud.client("elbv2")
    arn = values["Arn"]
    group = elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
    attributes = elbv2.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    wanted = {k: v for k, v in GROUP["Properties"].items() if k != "TargetGroupAttributes"}
    assert {name: group[name] for name in wanted} == wanted
    assert GROUP["Properties"]["TargetGroupAttributes"][0] in attributes


def test_alarm_keeps_its_metric_math(cloud, deploy, unique):
    stat = {"Metric": {"Namespace": "N", "MetricName": "M"}, "Period": 10, "Stat": "Sum"}
    metrics = [
        {"Id": "rate", "Expression": "FILL(m, 0) * 2", "ReturnData": True},
        {"Id": "m", "MetricStat": stat, "ReturnData": False},
    ]
    properties = {
        "AlarmName": unique,
        "Metrics": metrics,
        "Threshold": 1,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    deploy(unique, {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}})
    found = cloud.client("cloudwatch").describe_alarms(AlarmNames=[unique])["MetricAlarms"][0]
    assert found["Metrics"] == metrics
    assert "Statistic" not in found
