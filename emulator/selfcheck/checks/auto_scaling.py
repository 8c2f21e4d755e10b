"""Auto scaling: a service's range is kept, by the API and by a stack."""

from typing import Any

from emulator.selfcheck import stacks
from emulator.selfcheck.asking import expect, refusal_of
from emulator.selfcheck.subject import NAME, Check, Subject

DIMENSION = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}


def scalable_targets_keep_what_is_left_out(subject: Subject) -> None:
    scaling, place = subject.client("application-autoscaling"), scalable_service(subject, "scaled")
    expect(refusal_of(scaling.deregister_scalable_target, **place), "ObjectNotFoundException")
    expect(refusal_of(scaling.register_scalable_target, **place), "ValidationException")
    scaling.register_scalable_target(**place, MinCapacity=0, MaxCapacity=4)
    held = {"DynamicScalingInSuspended": True}
    scaling.register_scalable_target(**place, SuspendedState=held)
    found = _found(scaling, place)
    expect((found["MinCapacity"], found["MaxCapacity"]), (0, 4))
    expect(found["SuspendedState"]["DynamicScalingInSuspended"], True)


def stacks_make_scalable_targets(subject: Subject) -> None:
    place = scalable_service(subject, "scaled-by-stack")
    properties = {**place, "MinCapacity": 0, "MaxCapacity": 4}
    target = {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": properties}
    stacks.create(subject, "scaling", {"Target": target}, Target={"Ref": "Target"})
    expect(stacks.status_of(subject, "scaling"), "CREATE_COMPLETE")
    wanted = f"{place['ResourceId']}|ecs:service:DesiredCount|ecs"
    expect(stacks.outputs_of(subject, "scaling")["Target"], wanted)
    expect(_found(subject.client("application-autoscaling"), place)["MaxCapacity"], 4)


def scalable_service(subject: Subject, name: str) -> dict[str, str]:
    service = {"serviceName": f"{NAME}-{name}", "desiredCount": 0, "taskDefinition": "none"}
    subject.client("ecs").create_service(**service)
    return {**DIMENSION, "ResourceId": f"service/default/{NAME}-{name}"}


def _found(scaling: Any, place: dict[str, str]) -> dict[str, Any]:
    asked = {"ServiceNamespace": "ecs", "ResourceIds": [place["ResourceId"]]}
    [found] = scaling.describe_scalable_targets(**asked)["ScalableTargets"]
    return dict(found)


CHECKS: dict[Check, str] = {
    scalable_targets_keep_what_is_left_out: "auto_scaling",
    stacks_make_scalable_targets: "auto_scaling.templates",
}
