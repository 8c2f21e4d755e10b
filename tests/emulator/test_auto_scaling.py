"""Application Auto Scaling: its API, its resources of a template, and services that are scaled."""

import contextlib
import functools
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulator.fleet.packing import packed
from tests.emulator.fleet.test_fleet import ANSWERING
from tests.emulator.rig import Balancer, Cloud, eventually

Record = dict[str, Any]
MakeService = Callable[..., str]

DIMENSION = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
KIND = "AWS::ApplicationAutoScaling::"
RUNNING = {"DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}


@pytest.fixture
def scaling(cloud: Cloud) -> Any:
    return cloud.client("application-autoscaling")


@pytest.fixture
def make_service(cloud: Cloud, unique: str, balancer: Balancer) -> Iterator[MakeService]:
    """Make a service of so many tasks behind a group; its resource id is `service/<cluster>/…`."""
    ecs, storage = cloud.client("ecs"), cloud.client("s3")
    bundle = packed({"app.py": ANSWERING}, version="1.0.0", command=["python3", "app.py"])
    storage.create_bucket(Bucket=unique)
    key = f"images/sha256/{bundle.sha256}.zip"
    storage.put_object(Bucket=unique, Key=key, Body=bundle.content)
    container = {"name": "app", "image": f"shop@sha256:{bundle.sha256}", "stopTimeout": 1}
    ecs.register_task_definition(family=unique, containerDefinitions=[container])
    ecs.create_cluster(clusterName=unique)
    names: list[str] = []

    def make(group: str = balancer.blue, count: int = 0) -> str:
        place = {"targetGroupArn": group, "containerName": "app", "containerPort": 80}
        names.append(group.split("/")[1])
        balancer.set_drain_seconds(group, 1)
        ecs.create_service(
            cluster=unique,
            serviceName=names[-1],
            taskDefinition=unique,
            desiredCount=count,
            loadBalancers=[place],
        )
        return f"service/{unique}/{names[-1]}"

    yield make
    for name in names:
        ecs.delete_service(cluster=unique, service=name, force=True)


@pytest.fixture
def count_of(cloud: Cloud, unique: str) -> Callable[[str], int]:
    def ask(resource: str) -> int:
        name = resource.rpartition("/")[2]
        found = cloud.client("ecs").describe_services(cluster=unique, services=[name])
        return int(found["services"][0]["desiredCount"])

    return ask


def tracking(balancer: Balancer, group: str, **more: Any) -> Record:
    label = f"{balancer.arn.split(':loadbalancer/')[1]}/{group.split(':')[5]}"
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    return {"TargetValue": 60.0, "PredefinedMetricSpecification": metric, **more}


def put_policy(scaling: Any, resource: str, configuration: Record, **more: Any) -> Any:
    return scaling.put_scaling_policy(
        **DIMENSION,
        **more,
        ResourceId=resource,
        PolicyName="requests",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=configuration,
    )


def register(scaling: Any, resource: str, **more: Any) -> str:
    arn: str = scaling.register_scalable_target(**DIMENSION, ResourceId=resource, **more)[
        "ScalableTargetARN"
    ]
    return arn


def target_of(scaling: Any, resource: str) -> Record:
    found = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])
    [target] = found["ScalableTargets"]
    return dict(target)


def policies_of(scaling: Any, resource: str) -> list[Record]:
    found = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)
    return list(found["ScalingPolicies"])


def test_update_of_a_target_keeps_what_it_leaves_out(
    scaling: Any, make_service: MakeService
) -> None:
    resource = make_service()
    arn = register(scaling, resource, MinCapacity=0, MaxCapacity=4, Tags={"team": "orders"})
    suspended = {"DynamicScalingInSuspended": True}
    assert register(scaling, resource, SuspendedState=suspended) == arn
    register(scaling, resource, MaxCapacity=5)

    found = target_of(scaling, resource)
    assert (found["MinCapacity"], found["MaxCapacity"]) == (0, 5)
    assert found["SuspendedState"] == {**RUNNING, **suspended}
    assert found["ScalableTargetARN"] == arn
    scaling.tag_resource(ResourceARN=arn, Tags={"stage": "1"})
    tags = scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == {"team": "orders", "stage": "1"}


def test_registering_brings_the_service_within_the_range(
    scaling: Any, make_service: MakeService, count_of: Callable[[str], int]
) -> None:
    resource = make_service(count=1)
    counts = []
    for low, high in ((2, 4), (0, 1), (0, 4)):
        register(scaling, resource, MinCapacity=low, MaxCapacity=high)
        counts.append(count_of(resource))
    assert counts == [2, 1, 1]


def test_target_takes_its_policies_with_it(
    scaling: Any, balancer: Balancer, make_service: MakeService
) -> None:
    resource = make_service()
    register(scaling, resource, MinCapacity=0, MaxCapacity=2)
    configuration = tracking(balancer, balancer.blue)
    arn = put_policy(scaling, resource, configuration)["PolicyARN"]
    changed = {**configuration, "DisableScaleIn": True}
    assert put_policy(scaling, resource, changed)["PolicyARN"] == arn

    [policy] = policies_of(scaling, resource)
    assert policy["TargetTrackingScalingPolicyConfiguration"] == changed
    scaling.deregister_scalable_target(**DIMENSION, ResourceId=resource)
    assert policies_of(scaling, resource) == []


def test_deleted_policy_is_gone(
    scaling: Any, balancer: Balancer, make_service: MakeService
) -> None:
    resource = make_service()
    register(scaling, resource, MinCapacity=0, MaxCapacity=2)
    put_policy(scaling, resource, tracking(balancer, balancer.blue))
    named = {**DIMENSION, "ResourceId": resource, "PolicyName": "requests"}
    scaling.delete_scaling_policy(**named)
    assert policies_of(scaling, resource) == []
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        scaling.delete_scaling_policy(**named)


def test_what_has_no_target_is_not_found(
    scaling: Any, balancer: Balancer, make_service: MakeService
) -> None:
    resource = make_service()
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        scaling.deregister_scalable_target(**DIMENSION, ResourceId=resource)
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        put_policy(scaling, resource, tracking(balancer, balancer.blue))


@pytest.mark.parametrize(
    "request_",
    [
        {"MinCapacity": 0},
        {"MinCapacity": 3, "MaxCapacity": 2},
        {"MinCapacity": 0, "MaxCapacity": 2, "ResourceId": "service/none/none"},
        {"MinCapacity": 0, "MaxCapacity": 2, "ServiceNamespace": "dynamodb"},
    ],
    ids=["no maximum", "minimum above maximum", "no such service", "another service"],
)
def test_invalid_target_is_refused(
    scaling: Any, make_service: MakeService, request_: Record
) -> None:
    resource = make_service()
    with pytest.raises(scaling.exceptions.ValidationException):
        scaling.register_scalable_target(**{**DIMENSION, "ResourceId": resource, **request_})


def test_policy_on_another_services_group_is_refused(
    scaling: Any, balancer: Balancer, make_service: MakeService
) -> None:
    resource = make_service(balancer.blue)
    register(scaling, resource, MinCapacity=0, MaxCapacity=2)
    with pytest.raises(scaling.exceptions.ValidationException):
        put_policy(scaling, resource, tracking(balancer, balancer.green))


def stack_of(resource: str, configuration: Record, named: Record, name: str) -> str:
    target = {**DIMENSION, "ResourceId": resource, "MinCapacity": "0", "MaxCapacity": 3}
    policy = {
        **named,
        "PolicyName": name,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": configuration,
    }
    resources = {
        "Target": {"Type": f"{KIND}ScalableTarget", "Properties": target},
        "Policy": {"Type": f"{KIND}ScalingPolicy", "Properties": policy, "DependsOn": "Target"},
    }
    outputs = {
        "Target": {"Value": {"Ref": "Target"}},
        "Id": {"Value": {"Fn::GetAtt": ["Target", "Id"]}},
        "Policy": {"Value": {"Ref": "Policy"}},
    }
    return json.dumps({"Resources": resources, "Outputs": outputs})


@pytest.mark.parametrize("is_named_by_target", [True, False])
def test_stack_makes_changes_and_deletes_them(
    cloud: Cloud,
    scaling: Any,
    balancer: Balancer,
    make_service: MakeService,
    unique: str,
    is_named_by_target: bool,
) -> None:
    formation, resource = cloud.client("cloudformation"), make_service()
    place = {**DIMENSION, "ResourceId": resource}
    named = {"ScalingTargetId": {"Ref": "Target"}} if is_named_by_target else place

    def settled() -> Record:
        ended: Record = eventually(
            lambda: formation.describe_stacks(StackName=unique)["Stacks"][0],
            lambda found: not found["StackStatus"].endswith("IN_PROGRESS"),
        )
        return ended

    configuration = tracking(balancer, balancer.blue)
    body = stack_of(resource, configuration, named, "requests")
    formation.create_stack(StackName=unique, TemplateBody=body)
    stack = settled()
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    told = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    [policy] = policies_of(scaling, resource)
    assert told["Target"] == told["Id"] == f"{resource}|ecs:service:DesiredCount|ecs"
    assert told["Policy"] == policy["PolicyARN"]
    assert target_of(scaling, resource)["MinCapacity"] == 0

    body = stack_of(resource, {**configuration, "TargetValue": 90}, named, "other")
    formation.update_stack(StackName=unique, TemplateBody=body)
    assert settled()["StackStatus"] == "UPDATE_COMPLETE"
    [policy] = policies_of(scaling, resource)
    found = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
    assert (policy["PolicyName"], found) == ("other", 90)

    formation.delete_stack(StackName=unique)
    eventually(lambda: not policies_of(scaling, resource))
    asked = {"ServiceNamespace": "ecs", "ResourceIds": [resource]}
    eventually(lambda: not scaling.describe_scalable_targets(**asked)["ScalableTargets"])


@contextlib.contextmanager
def load(port: int) -> Iterator[None]:
    """Some fifty requests a second while it is open."""
    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(0.02):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_load_makes_services_grow_and_a_suspended_one_does_not_shrink_with_the_other(
    scaling: Any, balancer: Balancer, make_service: MakeService, count_of: Callable[[str], int]
) -> None:
    groups = (balancer.blue, balancer.green)
    held, other = resources = [make_service(group, count=1) for group in groups]
    for resource, group in zip(resources, groups, strict=True):
        eventually(functools.partial(balancer.health, group), lambda s: s == ["healthy"])
        register(scaling, resource, MinCapacity=1, MaxCapacity=3)
        put_policy(scaling, resource, tracking(balancer, group, ScaleInCooldown=0))
    balancer.shift(50, 50)

    with load(balancer.port):
        eventually(lambda: [count_of(r) for r in resources], lambda found: found == [3, 3])
    register(scaling, held, SuspendedState={"DynamicScalingInSuspended": True})
    eventually(lambda: count_of(other), lambda found: found == 1, within=60)
    assert count_of(held) == 3

    register(scaling, held, SuspendedState={"DynamicScalingInSuspended": False})
    eventually(lambda: count_of(held), lambda found: found == 1)
