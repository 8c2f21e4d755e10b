"""Names: a load balancer's DNS name is 127.0.0.1, where it answers, in the API and in a template.

`TargetGroupFullName` begins with `targetgroup/`, as the CloudWatch dimension does; ministack's does
not, so an alarm on it would never see a datapoint.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import alb
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

DNS_NAME = "127.0.0.1"
Provisioner = Callable[..., tuple[str, dict[str, Any]]]


def apply() -> None:
    render = alb._lb_xml
    alb._lb_xml = lambda record: render({**record, "DNSName": DNS_NAME})
    alb._target_group_full_name_from_arn = lambda arn: arn.split(":", 5)[5]
    handlers = _RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::LoadBalancer"]
    for step in ("create", "update"):
        handlers[step] = _named(handlers[step])


def _named(provision: Provisioner) -> Provisioner:
    def provision_with_local_name(*args: Any, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        physical_id, attributes = provision(*args, **kwargs)
        return physical_id, {**attributes, "DNSName": DNS_NAME}

    return provision_with_local_name
