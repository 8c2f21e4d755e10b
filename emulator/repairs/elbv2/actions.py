"""Forward actions keep their weights and their stickiness.

AWS returns every forward action with a `ForwardConfig`, and the short `TargetGroupArn` besides when
there is exactly one group. ministack keeps the first group's ARN and drops the rest, both in the
API and in CloudFormation.
"""

from typing import Any
from xml.sax.saxutils import escape

from ministack.services import alb
from ministack.services.cloudformation import provisioners

Record = dict[str, Any]

FORWARD = "forward"
parse_without_weights = alb._parse_actions
render_without_weights = alb._action_xml
provision_without_weights = provisioners._elbv2_listener_actions


def apply() -> None:
    alb._parse_actions = parse
    alb._action_xml = render
    provisioners._elbv2_listener_actions = provision


def parse(params: Record, prefix: str = "DefaultActions") -> list[Record]:
    """Read the actions of a request of the query protocol."""
    records: list[Record] = parse_without_weights(params, prefix)
    for number, record in enumerate(records, 1):
        complete(record, _requested_config(params, f"{prefix}.member.{number}.ForwardConfig"))
    return records


def provision(props: Record, load_balancer_arn: str, prop: str = "DefaultActions") -> list[Record]:
    """Read the actions of a CloudFormation resource."""
    records: list[Record] = provision_without_weights(props, load_balancer_arn, prop)
    for record, declared in zip(records, props.get(prop) or [], strict=True):
        complete(record, declared.get("ForwardConfig") or {})
    return records


def complete(record: Record, config: Record) -> None:
    """Give a forward action its full `ForwardConfig`, as AWS stores it."""
    if record["Type"] != FORWARD:
        return
    declared = config.get("TargetGroups") or [{"TargetGroupArn": record.pop("TargetGroupArn")}]
    groups = [
        {"TargetGroupArn": group["TargetGroupArn"], "Weight": int(group.get("Weight", 1))}
        for group in declared
    ]
    stickiness = _stickiness(config.get("TargetGroupStickinessConfig") or {})
    record["ForwardConfig"] = {"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness}
    record.pop("TargetGroupArn", None)
    if len(groups) == 1:
        record["TargetGroupArn"] = groups[0]["TargetGroupArn"]


def render(record: Record) -> str:
    """The action as an XML member of an answer."""
    xml: str = render_without_weights(record)
    config = record.get("ForwardConfig")
    if config is None:
        return xml
    return f"{xml.removesuffix('</member>')}{_config_xml(config)}</member>"


def _requested_config(params: Record, prefix: str) -> Record:
    groups: list[Record] = []
    while arn := alb._p(params, f"{prefix}.TargetGroups.member.{len(groups) + 1}.TargetGroupArn"):
        weight = alb._p(params, f"{prefix}.TargetGroups.member.{len(groups) + 1}.Weight") or 1
        groups.append({"TargetGroupArn": arn, "Weight": weight})
    sticky = f"{prefix}.TargetGroupStickinessConfig"
    stickiness = {key: alb._p(params, f"{sticky}.{key}") for key in ("Enabled", "DurationSeconds")}
    return {"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness}


def _stickiness(declared: Record) -> Record:
    enabled = str(declared.get("Enabled", False)).lower() == "true"
    seconds = declared.get("DurationSeconds")
    return {"Enabled": enabled, **({"DurationSeconds": int(seconds)} if seconds else {})}


def _config_xml(config: Record) -> str:
    groups = "".join(
        f"<member><TargetGroupArn>{escape(group['TargetGroupArn'])}</TargetGroupArn>"
        f"<Weight>{group['Weight']}</Weight></member>"
        for group in config["TargetGroups"]
    )
    stickiness = "".join(
        f"<{key}>{str(value).lower()}</{key}>"
        for key, value in config["TargetGroupStickinessConfig"].items()
    )
    return (
        f"<ForwardConfig><TargetGroups>{groups}</TargetGroups>"
        f"<TargetGroupStickinessConfig>{stickiness}</TargetGroupStickinessConfig></ForwardConfig>"
    )
