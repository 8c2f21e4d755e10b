"""What calls of Application Auto Scaling are authorised on: a scalable target, by ARN and tags."""

from ministack.core.responses import get_account_id, get_region

from emulator.repairs.auto_scaling.store import Place, Record, targets

SERVICE = "application-autoscaling"


def resource_of(action: str, request: Record) -> str:
    """Of a target that is not registered yet AWS knows no id."""
    if action.startswith("Describe"):
        return "*"
    known = targets.get(Place.of(request), {})
    some = f"arn:aws:{SERVICE}:{get_region()}:{get_account_id()}:scalable-target/*"
    return str(request.get("ResourceARN") or known.get("ScalableTargetARN", some))


def tags_of(arn: str) -> dict[str, str]:
    return next((r["_tags"] for r in targets.values() if r["ScalableTargetARN"] == arn), {})
