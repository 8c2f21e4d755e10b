"""Stacks: they make what the API makes, and fail with what AWS refuses."""

from collections.abc import Iterator
from typing import Any

from emulator.load_balancer.model import full_name
from emulator.ports import free_port
from emulator.selfcheck import stacks
from emulator.selfcheck.asking import eventually, expect, is_listening, status_of
from emulator.selfcheck.subject import NAME, ROLE, Check, Subject, fixed, weights_of

Record = dict[str, Any]

GROUP = {
    "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "Properties": {"Port": 80, "Protocol": "HTTP", "TargetType": "ip"},
}
CODE = "def handler(event, context): pass"
MACHINE = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
FUNCTION = {"Runtime": "python3.13", "Handler": "index.handler", "Role": ROLE}
ACCEPTED: dict[str, Record] = {
    "AWS::Lambda::Function": {**FUNCTION, "Code": {"ZipFile": CODE}},
    "AWS::StepFunctions::StateMachine": {"RoleArn": ROLE, "DefinitionString": MACHINE},
    "AWS::Events::Rule": {"EventPattern": {"source": ["a"]}},
}
REFUSED: dict[str, Record] = {
    "AWS::Lambda::Function": {**FUNCTION, "Code": {"S3Bucket": "none", "S3Key": "none.zip"}},
    "AWS::StepFunctions::StateMachine": {"RoleArn": ROLE, "DefinitionString": "{"},
    "AWS::Events::Rule": {"EventPattern": {"source": "not a list"}},
}


def refused_resources_fail_their_stack(subject: Subject) -> Iterator[None]:
    names = [f"refused-{number}" for number in range(len(REFUSED))]
    for name, (kind, properties) in zip(names, REFUSED.items(), strict=True):
        stacks.create(subject, name, _only(kind, properties))
    yield
    statuses = [stacks.status_of(subject, name) for name in names]
    expect(statuses, ["ROLLBACK_COMPLETE"] * len(names))


def refused_changes_fail_their_stack(subject: Subject) -> Iterator[None]:
    names = [f"changed-{number}" for number in range(len(REFUSED))]
    for name, (kind, properties) in zip(names, ACCEPTED.items(), strict=True):
        stacks.create(subject, name, _only(kind, properties))
    yield
    expect([stacks.status_of(subject, name) for name in names], ["CREATE_COMPLETE"] * len(names))
    for name, (kind, properties) in zip(names, REFUSED.items(), strict=True):
        stacks.update(subject, name, _only(kind, properties))
    statuses = [stacks.status_of(subject, name) for name in names]
    expect(statuses, ["UPDATE_ROLLBACK_COMPLETE"] * len(names))


def stacks_tell_the_block_of_their_network(subject: Subject) -> None:
    block, told = {"CidrBlock": "10.1.0.0/16"}, {"Block": {"Fn::GetAtt": ["X", "CidrBlock"]}}
    stacks.create(subject, "network", _only("AWS::EC2::VPC", block), **told)
    expect(stacks.outputs_of(subject, "network"), {"Block": "10.1.0.0/16"})
    tagged = {**block, "Tags": [{"Key": "team", "Value": "orders"}]}
    stacks.update(subject, "network", _only("AWS::EC2::VPC", tagged), **told)
    expect(stacks.outputs_of(subject, "network"), {"Block": "10.1.0.0/16"})


def containers_are_spelt_as_ecs_does(subject: Subject) -> None:
    container = {
        "Name": "app",
        "Image": "app",
        "Secrets": [{"Name": "KEY", "ValueFrom": "arn:key"}],
        "LinuxParameters": {"InitProcessEnabled": True},
        "DockerLabels": {"Team": "orders"},
    }
    family = {"Family": f"{NAME}-spelt", "ContainerDefinitions": [container]}
    stacks.create(subject, "spelt", _only("AWS::ECS::TaskDefinition", family))
    expect(stacks.status_of(subject, "spelt"), "CREATE_COMPLETE")
    answer = subject.client("ecs").describe_task_definition(taskDefinition=f"{NAME}-spelt")
    [found] = answer["taskDefinition"]["containerDefinitions"]
    expect(found["secrets"], [{"name": "KEY", "valueFrom": "arn:key"}])
    expect(found["linuxParameters"], {"initProcessEnabled": True})
    expect(found["dockerLabels"], {"Team": "orders"})


def rules_beside_their_security_group_are_taken(subject: Subject) -> None:
    rule = {"GroupId": "sg-1", "IpProtocol": "tcp"}
    kinds = {way: f"AWS::EC2::SecurityGroup{way}" for way in ("Ingress", "Egress")}
    walls = {way: {"Type": kind, "Properties": rule} for way, kind in kinds.items()}
    stacks.create(subject, "walls", walls)
    expect(stacks.status_of(subject, "walls"), "CREATE_COMPLETE")


def stacks_tell_the_names_of_their_resources(subject: Subject) -> None:
    """As the dimensions of their metrics have them, and where the load balancer is reached."""
    names = {
        "Address": {"Fn::GetAtt": ["Balancer", "DNSName"]},
        "Name": {"Fn::GetAtt": ["Balancer", "LoadBalancerFullName"]},
        "Group": {"Fn::GetAtt": ["Blue", "TargetGroupFullName"]},
        "GroupArn": {"Ref": "Blue"},
        "Arn": {"Ref": "Balancer"},
    }
    stacks.create(subject, "names", {"Blue": GROUP, **_balancer()}, **names)
    found = stacks.outputs_of(subject, "names")
    expect((found["Address"], found["Name"]), ("127.0.0.1", full_name(found["Arn"])))
    expect(found["Group"], full_name(found["GroupArn"]))
    idle = {"Key": "idle_timeout.timeout_seconds", "Value": "30"}
    stacks.update(subject, "names", {"Blue": GROUP, **_balancer(idle)}, **names)
    expect(stacks.outputs_of(subject, "names")["Address"], "127.0.0.1")


def stacks_keep_weights(subject: Subject) -> None:
    port, rule = free_port(), {"Ref": "Rule"}
    stacks.create(subject, "weights", _weighted(port, 75, "/app"), Rule=rule)
    made = stacks.outputs_of(subject, "weights")["Rule"]
    expect(weights_of(subject.action_of(made)), [75, 25])
    stacks.update(subject, "weights", _weighted(port, 100, "/app"), Rule=rule)
    expect(stacks.status_of(subject, "weights"), "UPDATE_COMPLETE")
    expect(weights_of(subject.action_of(made)), [100, 0])


def stacks_are_routed(subject: Subject) -> None:
    """As soon as they are made, changed or deleted."""
    port = free_port()
    stacks.create(subject, "routes", _weighted(port, 75, "/app"))
    expect(stacks.status_of(subject, "routes"), "CREATE_COMPLETE")
    expect(status_of(port, "/app"), 503)
    stacks.update(subject, "routes", _weighted(port, 75, "/other"))
    expect(stacks.status_of(subject, "routes"), "UPDATE_COMPLETE")
    expect((status_of(port, "/app"), status_of(port, "/other")), (404, 503))
    stacks.delete(subject, "routes")
    eventually(lambda: not is_listening(port))


def tags_of_stacks_reach_rules_and_services(subject: Subject) -> None:
    """Those of the template replace its former ones; others stay."""
    names = {"Rule": {"Ref": "Rule"}, "Service": {"Ref": "Service"}}
    stacks.create(subject, "tags", _tagged("before"), **names)
    made = stacks.outputs_of(subject, "tags")
    expect(_tags(subject, **made), [{"before": "1"}] * 2)
    more = {"Key": "more", "Value": "2"}
    subject.client("elbv2").add_tags(ResourceArns=[made["Rule"]], Tags=[more])
    stacks.update(subject, "tags", _tagged("after"), **names)
    expect(stacks.status_of(subject, "tags"), "UPDATE_COMPLETE")
    expect(_tags(subject, **made), [{"more": "2", "after": "1"}, {"after": "1"}])


def services_of_stacks_have_their_grace(subject: Subject) -> None:
    service = {"ServiceName": "graced", "DesiredCount": 0, "TaskDefinition": "none"}
    graced = _only("AWS::ECS::Service", {**service, "HealthCheckGracePeriodSeconds": 60})
    stacks.create(subject, "grace", graced)
    expect(stacks.status_of(subject, "grace"), "CREATE_COMPLETE")
    [found] = subject.client("ecs").describe_services(services=["graced"])["services"]
    expect(found["healthCheckGracePeriodSeconds"], 60)


def alarms_of_stacks_keep_metric_math(subject: Subject) -> None:
    metric = {"Namespace": NAME, "MetricName": "m"}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    queries = [
        {"Id": "e", "Expression": "FILL(m, 0)", "ReturnData": True},
        {"Id": "m", "MetricStat": stat, "ReturnData": False},
    ]
    comparison = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 1}
    alarm = {"AlarmName": f"{NAME}-stack", "EvaluationPeriods": 1, "Metrics": queries}
    alarms = _only("AWS::CloudWatch::Alarm", {**alarm, **comparison})
    stacks.create(subject, "alarm", alarms)
    expect(stacks.status_of(subject, "alarm"), "CREATE_COMPLETE")
    describe = subject.client("cloudwatch").describe_alarms
    found = describe(AlarmNames=[alarm["AlarmName"]])["MetricAlarms"]
    expect(found[0]["Metrics"], queries)


def _tagged(key: str) -> Record:
    """A rule and a service that wear the tag."""
    tags = [{"Key": key, "Value": "1"}]
    made = _weighted(free_port(), 75, "/app")
    made["Rule"]["Properties"]["Tags"] = tags
    service = {"ServiceName": "tagged", "DesiredCount": 0, "TaskDefinition": "none", "Tags": tags}
    return {**made, "Service": {"Type": "AWS::ECS::Service", "Properties": service}}


def _tags(subject: Subject, Rule: str, Service: str) -> list[dict[str, str]]:
    rule = subject.client("elbv2").describe_tags(ResourceArns=[Rule])["TagDescriptions"][0]
    service = subject.client("ecs").list_tags_for_resource(resourceArn=Service)
    tags = [
        {tag["Key"]: tag["Value"] for tag in rule["Tags"]},
        {tag["key"]: tag["value"] for tag in service["tags"]},
    ]
    return [{k: v for k, v in found.items() if not k.startswith("aws:")} for found in tags]


def _only(kind: str, properties: Record) -> Record:
    return {"X": {"Type": kind, "Properties": properties}}


def _balancer(*attributes: Record) -> Record:
    properties = {"Subnets": ["subnet-1"], "LoadBalancerAttributes": list(attributes)}
    kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    return {"Balancer": {"Type": kind, "Properties": properties}}


def _weighted(port: int, blue: int, path: str) -> Record:
    """A load balancer with one weighted rule."""
    weights = {"Blue": blue, "Green": 100 - blue}
    groups = [{"TargetGroupArn": {"Ref": n}, "Weight": w} for n, w in weights.items()]
    listener = {
        "LoadBalancerArn": {"Ref": "Balancer"},
        "Port": port,
        "Protocol": "HTTP",
        "DefaultActions": [fixed(404)],
    }
    rule = {
        "ListenerArn": {"Ref": "Listener"},
        "Priority": 1,
        "Conditions": [{"Field": "path-pattern", "Values": [path]}],
        "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
    }
    listening = {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": listener}
    routing = {"Type": "AWS::ElasticLoadBalancingV2::ListenerRule", "Properties": rule}
    colours = {"Blue": GROUP, "Green": GROUP}
    return {**_balancer(), **colours, "Listener": listening, "Rule": routing}


CHECKS: dict[Check, str] = {
    refused_resources_fail_their_stack: "cloudformation.refusals",
    refused_changes_fail_their_stack: "cloudformation.refusals",
    stacks_tell_the_block_of_their_network: "cloudformation.networks",
    containers_are_spelt_as_ecs_does: "cloudformation.task_definitions",
    rules_beside_their_security_group_are_taken: "cloudformation.security_groups",
    stacks_tell_the_names_of_their_resources: "elbv2.naming",
    stacks_keep_weights: "elbv2.actions/_elbv2_listener_actions",
    stacks_are_routed: "elbv2.publishing",
    tags_of_stacks_reach_rules_and_services: "cloudformation.tags",
    services_of_stacks_have_their_grace: "cloudformation.services",
    alarms_of_stacks_keep_metric_math: "cloudwatch.alarms",
}
