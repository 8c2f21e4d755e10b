"""The actions of the API: requests and answers as their model has them."""

from collections.abc import Callable

from emulator.repairs.auto_scaling.store import (
    DIMENSION,
    LABEL,
    NAMESPACE,
    TRACKING,
    Place,
    Record,
    new_policy,
    new_target,
    policies,
    policies_of,
    targets,
)
from emulator.repairs.refusals import Refusal, invalid, not_found

METRIC = "ALBRequestCountPerTarget"
CONFIGURATION = "TargetTrackingScalingPolicyConfiguration"


def register_target(request: Record) -> Record:
    """What is left out keeps its value. The service is brought within the range at once."""
    place = _scalable_place(request)
    known = targets.get(place) or new_target(place)
    capacities = {n: int(request[n]) for n in ("MinCapacity", "MaxCapacity") if n in request}
    state = {name: bool(value) for name, value in (request.get("SuspendedState") or {}).items()}
    record = {**known, **capacities, "SuspendedState": {**known["SuspendedState"], **state}}
    low, high = record.get("MinCapacity"), record.get("MaxCapacity")
    if low is None or high is None:
        raise invalid("MinCapacity and MaxCapacity are required to register a scalable target")
    if not 0 <= low <= high:
        raise invalid("Maximum capacity cannot be less than minimum capacity, nor that than 0")
    service = place.service
    if service is None:
        raise invalid(f"ECS service doesn't exist: {place.resource}")
    record["_tags"] = {**known["_tags"], **(request.get("Tags") or {})}
    targets[place] = record
    current = int(service["desiredCount"])
    if current != (count := min(max(current, low), high)):
        place.scale_to(count)
    return {"ScalableTargetARN": record["ScalableTargetARN"]}


def describe_targets(request: Record) -> Record:
    wanted = request.get("ResourceIds")
    found = [
        _told(record)
        for place, record in targets.items()
        if place.namespace == request.get("ServiceNamespace")
        and (not wanted or place.resource in wanted)
        and request.get("ScalableDimension", place.dimension) == place.dimension
    ]
    return {"ScalableTargets": found}


def deregister_target(request: Record) -> Record:
    place = Place.of(request)
    _require_target(place, "found")
    for policy in policies_of(place):
        del policies[policy["PolicyARN"]]
    del targets[place]
    return {}


def put_policy(request: Record) -> Record:
    place = _scalable_place(request)
    _require_target(place, "registered")
    known = _policy(place, request.get("PolicyName", ""))
    kind = request.get("PolicyType") or (known or {}).get("PolicyType", "StepScaling")
    if kind != TRACKING:
        raise invalid(f"the emulator has no policies of the type {kind}")
    configuration = request.get(CONFIGURATION) or (known or {}).get(CONFIGURATION) or {}
    _check(configuration, place)
    record = {**(known or new_policy(place, request["PolicyName"])), CONFIGURATION: configuration}
    policies[record["PolicyARN"]] = record
    return {"PolicyARN": record["PolicyARN"], "Alarms": []}


def describe_policies(request: Record) -> Record:
    """Those that have the values of every filter that is given."""
    filters = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    names = request.get("PolicyNames")
    found = [
        _told(record)
        for record in policies.values()
        if all(request.get(name, record[name]) == record[name] for name in filters)
        and (not names or record["PolicyName"] in names)
    ]
    return {"ScalingPolicies": found}


def delete_policy(request: Record) -> Record:
    place = Place.of(request)
    found = _policy(place, request.get("PolicyName", ""))
    if found is None:
        raise not_found(f"No scaling policy found for {_worded(place)}")
    del policies[found["PolicyARN"]]
    return {}


def tag(request: Record) -> Record:
    _tagged(request)["_tags"].update(request.get("Tags") or {})
    return {}


def list_tags(request: Record) -> Record:
    return {"Tags": _tagged(request)["_tags"]}


def _scalable_place(request: Record) -> Place:
    place = Place.of(request)
    if (place.namespace, place.dimension) != (NAMESPACE, DIMENSION):
        raise invalid("Unsupported service namespace, resource type or scalable dimension")
    return place


def _require_target(place: Place, word: str) -> None:
    if place not in targets:
        raise not_found(f"No scalable target {word} for {_worded(place)}")


def _check(configuration: Record, place: Place) -> None:
    """A target group that is not the service's is refused, as on AWS."""
    if not float(configuration.get("TargetValue") or 0) > 0:
        raise invalid("TargetValue must be greater than 0")
    metric = configuration.get("PredefinedMetricSpecification") or {}
    if metric.get("PredefinedMetricType") != METRIC:
        raise invalid(f"the emulator scales by the predefined metric {METRIC} alone")
    label = LABEL.fullmatch(metric.get("ResourceLabel", ""))
    balancers = (place.service or {}).get("loadBalancers", [])
    groups = [found.get("targetGroupArn", "").rpartition(":")[2] for found in balancers]
    if label is None or label[2] not in groups:
        raise invalid(f"The resource label names no target group of the service {place.resource}")


def _policy(place: Place, name: str) -> Record | None:
    return next((found for found in policies_of(place) if found["PolicyName"] == name), None)


def _tagged(request: Record) -> Record:
    arn = request.get("ResourceARN")
    for record in targets.values():
        if record["ScalableTargetARN"] == arn:
            found: Record = record
            return found
    raise Refusal("ResourceNotFoundException", f"No scalable target found: {arn}")


def _told(record: Record) -> Record:
    return {name: value for name, value in record.items() if not name.startswith("_")}


def _worded(place: Place) -> str:
    return (
        f"service namespace: {place.namespace}, resource ID: {place.resource}, "
        f"scalable dimension: {place.dimension}"
    )


ACTIONS: dict[str, Callable[[Record], Record]] = {
    "RegisterScalableTarget": register_target,
    "DescribeScalableTargets": describe_targets,
    "DeregisterScalableTarget": deregister_target,
    "PutScalingPolicy": put_policy,
    "DescribeScalingPolicies": describe_policies,
    "DeleteScalingPolicy": delete_policy,
    "TagResource": tag,
    "ListTagsForResource": list_tags,
}
