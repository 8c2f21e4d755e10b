"""Rules: an unknown rule or target group is an error, and a group knows its load balancers.

ministack answers DescribeRules for an unknown ARN with an empty list, takes a forward action to a
group that is not there, and counts a group as used only by a listener's default action.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import alb

Params = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


def apply() -> None:
    alb._ACTION_MAP["DescribeRules"] = _refusing_unknown_rules(alb._ACTION_MAP["DescribeRules"])
    for name in ("CreateRule", "ModifyRule", "CreateListener", "ModifyListener"):
        alb._ACTION_MAP[name] = _refusing_unknown_groups(alb._ACTION_MAP[name])
    render = alb._tg_xml
    alb._tg_xml = lambda group: render({**group, "LoadBalancerArns": _load_balancers_of(group)})


def groups_of(rule: Params) -> list[str]:
    """The ARNs of the target groups that a rule forwards to, whatever their weights."""
    configs = [action.get("ForwardConfig") or {} for action in rule["Actions"]]
    return [group["TargetGroupArn"] for c in configs for group in c.get("TargetGroups", [])]


def is_in_use(target_group_arn: str) -> bool:
    """Whether any rule forwards to the group, also with weight 0: only then it is checked."""
    rules = list(alb._rules._data.values())  # of all accounts, as an ARN is: this is asked often
    return any(target_group_arn in groups_of(rule) for rule in rules)


def load_balancers_by_group() -> dict[str, list[str]]:
    """The ARNs of the load balancers that forward to each group."""
    found: dict[str, set[str]] = {}
    for rule in alb._rules.values():
        for group in groups_of(rule):
            balancer = alb._listeners[rule["ListenerArn"]]["LoadBalancerArn"]
            found.setdefault(group, set()).add(balancer)
    return {group: sorted(balancers) for group, balancers in found.items()}


def _load_balancers_of(group: Params) -> list[str]:
    return load_balancers_by_group().get(group["TargetGroupArn"], [])


def _refusing_unknown_rules(handler: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def describe_rules(params: Params) -> Answer:
        wanted = alb._parse_member_list(params, "RuleArns")
        if any(arn not in alb._rules for arn in wanted):
            refusal: Answer = alb._error("RuleNotFound", "One or more rules not found")
            return refusal
        return handler(params)

    return describe_rules


def _refusing_unknown_groups(handler: Callable[[Params], Answer]) -> Callable[[Params], Answer]:
    def change(params: Params) -> Answer:
        actions = alb._parse_actions(params, "Actions") + alb._parse_actions(params)
        if any(arn not in alb._tgs for arn in groups_of({"Actions": actions})):
            message = "One or more target groups not found"
            refusal: Answer = alb._error("TargetGroupNotFound", message)
            return refusal
        return handler(params)

    return change
