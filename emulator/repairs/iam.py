"""IAM: calls are authorised on the resources that AWS authorises them on.

ministack takes a listener rule and a task for `*` and an ECS service for its cluster, does not find
the tags of rules and services, and knows nothing of `iam:PassRole` or of the tags that
RegisterTaskDefinition sets.
Enforcement is switched on after deployment, with `enforce`.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import AuthError
from ministack.core.iam_evaluator import enforce as find_denial
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.core.router import extract_access_key_id
from ministack.services import alb, ecs

from emulator.repairs.auto_scaling import authorisation as auto_scaling

Check = tuple[str, str, dict[str, Any]]
Handler = Callable[..., Awaitable[Any]]

NAMED_AT = {
    "ModifyRule": "RuleArn",
    "DeleteRule": "RuleArn",
    "SetRulePriorities": "RulePriorities.member.1.RuleArn",
    "AddTags": "ResourceArns.member.1",
    "RemoveTags": "ResourceArns.member.1",
}
"""By action where it names the rule, or whatever is tagged; of several the first."""
ON_A_SERVICE = {"UpdateService", "DeleteService", "CreateService"}
ROLES = ("taskRoleArn", "executionRoleArn")
TAGGED = ("elasticloadbalancing", "ecs", "application-autoscaling")
resource_as_shipped = iam_actions.extract_resource_arn
condition_as_shipped = iam_evaluator._resolve_condition_key


def apply() -> None:
    iam_actions.extract_resource_arn = resource_arn
    iam_evaluator._resolve_condition_key = condition_value
    app.SERVICE_HANDLERS["ecs"] = checking_ecs(app.SERVICE_HANDLERS["ecs"])


def condition_value(key: str, context: Any) -> Any:
    """A condition key's value. Loopback stands for TLS: buckets that refuse plain HTTP answer."""
    name, _, tag = key.lower().partition("/")
    if name == "aws:securetransport":
        return "true"
    if name == "application-autoscaling:service-namespace":
        return "ecs"  # there is no other
    service = context.resource_arn.split(":")[2] if ":" in context.resource_arn else ""
    if service in TAGGED and name in ("aws:resourcetag", f"{service}:resourcetag"):
        return _tags_of(context.resource_arn).get(tag)
    return condition_as_shipped(key, context)


def _tags_of(resource: str) -> dict[str, str]:
    """Of load balancers, ECS and auto scaling; AWS compares keys without their case."""
    tags = [*alb._tags.get(resource, []), *ecs._tags.get(resource, [])]
    named = [{name.lower(): value for name, value in tag.items()} for tag in tags]
    own = {tag["key"].lower(): tag["value"] for tag in named}
    return own | {key.lower(): value for key, value in auto_scaling.tags_of(resource).items()}


def enforce(on: bool) -> None:
    """Every module asks `ministack.app.AUTH` at the time of a call."""
    app.AUTH = on


def resource_arn(
    service: str, method: str, path: str, headers: dict[str, str], body: bytes, *rest: Any
) -> str:
    """The ARN a request is authorised on, `*` for actions that name no resource."""
    params = rest[0]
    if service == "elasticloadbalancing" and (place := NAMED_AT.get(_first(params, "Action"))):
        return _first(params, place)
    if service == "ecs":
        return _ecs_resource(_action(headers), json.loads(body or b"{}"))
    if service == auto_scaling.SERVICE:
        return auto_scaling.resource_of(_action(headers), json.loads(body or b"{}"))
    found: str = resource_as_shipped(service, method, path, headers, body, *rest)
    return found


def _ecs_resource(action: str, request: dict[str, Any]) -> str:
    if action in ON_A_SERVICE:
        return _service_arn(request, request.get("service") or request.get("serviceName", ""))
    if action in ("TagResource", "UntagResource"):
        return str(request["resourceArn"])
    if action == "DescribeServices":
        return _service_arn(request, request["services"][0])
    if action == "DescribeTasks":
        return _task_arn(request, request["tasks"][0])
    return "*"


def checking_ecs(handler: Handler) -> Handler:
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> Any:
        if app.AUTH:
            for check in further_ecs_checks(_action(headers), json.loads(body or b"{}")):
                if denial := _denial("ecs", headers, check):
                    return denial
        return await handler(method, path, headers, body, query)

    return handle


def further_ecs_checks(action: str, request: dict[str, Any]) -> Iterator[Check]:
    """What ECS authorises besides the action itself."""
    if action == "DescribeServices":
        for service in request["services"][1:]:
            yield f"ecs:{action}", _service_arn(request, service), {}
    if action == "DescribeTasks":
        for task in request["tasks"][1:]:
            yield f"ecs:{action}", _task_arn(request, task), {}
    if action != "RegisterTaskDefinition":
        return
    for role in filter(None, map(request.get, ROLES)):
        yield "iam:PassRole", role, {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    if tags := request.get("tags"):
        definition = f"task-definition/{request['family']}:*"
        asked = {f"aws:RequestTag/{tag['key']}": tag["value"] for tag in tags}
        yield "ecs:TagResource", _ecs_arn(definition), {"ecs:CreateAction": action, **asked}


def _denial(service: str, headers: dict[str, str], check: Check) -> Any:
    action, resource, context = check
    key = extract_access_key_id(headers, {})
    denied = find_denial(key, action, service, get_region(), resource, context)
    if denied is None:
        return None
    principal = "" if isinstance(denied, AuthError) else denied.principal_arn
    return iam_actions.access_denied_response(
        service, action, principal, new_uuid(), headers=headers, resource_arn=resource
    )


def _service_arn(request: dict[str, Any], service: str) -> str:
    return _arn_in_cluster(request, "service", service)


def _task_arn(request: dict[str, Any], task: str) -> str:
    return _arn_in_cluster(request, "task", task)


def _arn_in_cluster(request: dict[str, Any], kind: str, name: str) -> str:
    cluster = str(request.get("cluster") or "default").rsplit("/", 1)[-1]
    return name if name.startswith("arn:") else _ecs_arn(f"{kind}/{cluster}/{name}")


def _ecs_arn(resource: str) -> str:
    return f"arn:aws:ecs:{get_region()}:{get_account_id()}:{resource}"


def _action(headers: dict[str, str]) -> str:
    return headers.get("x-amz-target", "").rsplit(".", 1)[-1]


def _first(params: dict[str, Any], name: str) -> str:
    value = params.get(name, "")
    return str(value[0] if isinstance(value, list) else value)
