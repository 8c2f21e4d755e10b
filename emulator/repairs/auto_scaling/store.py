"""Scalable targets and their policies, and the ECS services that they scale."""

import re
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from ministack.core.responses import (
    AccountRegionScopedDict,
    get_account_id,
    get_region,
    new_uuid,
    request_scope,
)
from ministack.services import ecs

from emulator.auto_scaling import tracking
from emulator.repairs.ecs.records import ServiceRecord

Record = dict[str, Any]

NAMESPACE, DIMENSION = "ecs", "ecs:service:DesiredCount"
TRACKING = "TargetTrackingScaling"
SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
RESOURCE = re.compile(r"service/([^/]+)/([^/]+)")
LABEL = re.compile(r"(app/[^/]+/[^/]+)/(targetgroup/[^/]+/[^/]+)")

targets, policies = AccountRegionScopedDict(), AccountRegionScopedDict()


class Place(NamedTuple):
    """What is scaled: the key of a target."""

    namespace: str
    resource: str
    dimension: str

    @classmethod
    def of(cls, request: Record) -> "Place":
        names = ("ServiceNamespace", "ResourceId", "ScalableDimension")
        return cls(*(str(request.get(name, "")) for name in names))

    @property
    def service(self) -> Record | None:
        """The record of its ECS service, if it is there and active."""
        found = RESOURCE.fullmatch(self.resource)
        record: Record | None = ecs._services.get(f"{found[1]}/{found[2]}") if found else None
        return record if record and record["status"] == "ACTIVE" else None

    def scale_to(self, count: int) -> None:
        _kind, cluster, service = self.resource.split("/")
        ecs._update_service({"cluster": cluster, "service": service, "desiredCount": count})


@dataclass(frozen=True)
class Scalable:
    """A target as the watch scales it."""

    place: Place
    record: Record
    account: str
    region: str

    @property
    def arn(self) -> str:
        return str(self.record["ScalableTargetARN"])

    def target(self) -> tracking.Target | None:
        """As on AWS nothing is taken away while a deployment is in progress."""
        with request_scope(self.account, self.region):
            service = self.place.service
        if service is None:
            return None
        state = self.record["SuspendedState"]
        primary = ServiceRecord(service, self.account, self.region).primary
        is_settled = len(service["deployments"]) == 1 and primary["rolloutState"] == "COMPLETED"
        return tracking.Target(
            self.record["MinCapacity"],
            self.record["MaxCapacity"],
            int(service["desiredCount"]),
            may_scale_out=not state["DynamicScalingOutSuspended"],
            may_scale_in=is_settled and not state["DynamicScalingInSuspended"],
        )

    def policies(self) -> list[tracking.Policy]:
        with request_scope(self.account, self.region):
            return [read_policy(found) for found in policies_of(self.place)]

    def scale_to(self, count: int) -> None:
        with request_scope(self.account, self.region):
            self.place.scale_to(count)


def scalables() -> list[Scalable]:
    """Every target of every account."""
    return [
        Scalable(place, record, account, region)
        for (account, region, place), record in targets.all_items()
    ]


def new_target(place: Place) -> Record:
    region, account = get_region(), get_account_id()
    number = new_uuid().replace("-", "")
    role = f"aws-service-role/{place.namespace}.application-autoscaling.amazonaws.com"
    return {
        **_named(place),
        "ScalableTargetARN": (
            f"arn:aws:application-autoscaling:{region}:{account}:scalable-target/{number}"
        ),
        "RoleARN": (
            f"arn:aws:iam::{account}:role/{role}/AWSServiceRoleForApplicationAutoScaling_ECSService"
        ),
        "SuspendedState": dict.fromkeys(SUSPENDED, False),
        "_tags": {},
    }


def new_policy(place: Place, name: str) -> Record:
    number = f"scalingPolicy:{new_uuid()}"
    scaled = f"resource/{place.namespace}/{place.resource}:policyName/{name}"
    arn = f"arn:aws:autoscaling:{get_region()}:{get_account_id()}:{number}:{scaled}"
    named = {**_named(place), "PolicyARN": arn, "PolicyName": name, "Alarms": []}
    return {**named, "PolicyType": TRACKING}


def _named(place: Place) -> Record:
    return {
        "ServiceNamespace": place.namespace,
        "ResourceId": place.resource,
        "ScalableDimension": place.dimension,
        "CreationTime": time.time(),
    }


def policies_of(place: Place) -> list[Record]:
    return [record for record in policies.values() if Place.of(record) == place]


def read_policy(record: Record) -> tracking.Policy:
    configuration = record["TargetTrackingScalingPolicyConfiguration"]
    label = configuration["PredefinedMetricSpecification"]["ResourceLabel"]
    found = LABEL.fullmatch(label)
    assert found is not None  # PutScalingPolicy takes no other
    default = tracking.COOLDOWN_SECONDS
    return tracking.Policy(
        (("LoadBalancer", found[1]), ("TargetGroup", found[2])),
        float(configuration["TargetValue"]),
        float(configuration.get("ScaleOutCooldown", default)),
        float(configuration.get("ScaleInCooldown", default)),
        bool(configuration.get("DisableScaleIn", False)),
    )


def forget_everything() -> None:
    targets.clear()
    policies.clear()
