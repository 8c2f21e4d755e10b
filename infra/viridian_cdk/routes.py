"""How requests reach the two sides: two target groups, the production rule, the test rules."""

from dataclasses import dataclass

from aws_cdk import Tokenization
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from viridian.core.drain import drain_attributes
from viridian.core.owned import Kind
from viridian.core.service.settings import Settings
from viridian.core.service.smoke_tests import TARGET_HEADER
from viridian_cdk.owned import OwnedResource

COLOURS = ("blue", "green")
# The shortest an ALB allows: a fresh target serves after one passing check, a sick one is known
# after 2 x 5 s.
HEALTH_CHECK = {
    "HealthCheckIntervalSeconds": 5,
    "HealthCheckTimeoutSeconds": 2,
    "HealthyThresholdCount": 2,
    "UnhealthyThresholdCount": 2,
}


@dataclass(frozen=True)
class Entrance:
    """Where requests come in: two listeners of a load balancer, which needs a name for HTTPS.

    On a load balancer with several services each needs a priority of its own (and the next one,
    for its second test rule) and conditions that tell it from the others.
    """

    load_balancer: elbv2.ApplicationLoadBalancer
    production_listener: elbv2.ApplicationListener
    test_listener: elbv2.ApplicationListener
    host_name: str | None = None
    priority: int = 100
    paths: tuple[str, ...] = ("/*",)

    @property
    def production_url(self) -> str:
        """What clients call, without a path."""
        return self._url(self.production_listener)

    @property
    def test_url(self) -> str:
        """What checks of a candidate call, without a path."""
        return self._url(self.test_listener)

    @property
    def connect_to(self) -> str:
        """Where checks connect, whatever name they speak and whoever it resolves to."""
        return self.load_balancer.load_balancer_dns_name

    def _url(self, listener: elbv2.ApplicationListener) -> str:
        scheme = "https" if listener.protocol is elbv2.ApplicationProtocol.HTTPS else "http"
        name = self.host_name or self.load_balancer.load_balancer_dns_name
        return f"{scheme}://{name}:{Tokenization.stringify_number(listener.port)}"


class Routes(Construct):
    """Both target groups stay in the production rule for good: weight 0 keeps them checked."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        owner: str,
        entrance: Entrance,
        settings: Settings,
        vpc: ec2.IVpc,
        port: int,
    ) -> None:
        super().__init__(scope, id)
        self._owner, self._entrance, self._settings = owner, entrance, settings
        self.target_groups = {
            colour: self._target_group(colour, vpc.vpc_id, port) for colour in COLOURS
        }
        self.production_rule = self._production_rule()
        for offset, colour in enumerate(COLOURS):
            self._test_rule(colour, entrance.priority + offset)

    def _target_group(self, colour: str, vpc_id: str, port: int) -> OwnedResource:
        return OwnedResource(
            self,
            colour.capitalize(),
            owner=self._owner,
            kind=Kind.TARGET_GROUP,
            label=f"{self._settings.service}-{colour}",
            wanted={
                "Protocol": "HTTP",
                "Port": port,
                "VpcId": vpc_id,
                "TargetType": "ip",
                "HealthCheckPath": self._settings.health_check_path,
                **HEALTH_CHECK,
                "Attributes": drain_attributes(self._settings.drain_seconds),
            },
        )

    def _production_rule(self) -> OwnedResource:
        """All to blue at creation; from then on the weights are Viridian's."""
        weights = {"blue": 100, "green": 0}
        paths = {"Field": "path-pattern", "PathPatternConfig": {"Values": [*self._entrance.paths]}}
        groups = [
            {"TargetGroupArn": group.arn, "Weight": weights[colour]}
            for colour, group in self.target_groups.items()
        ]
        return OwnedResource(
            self,
            "Production",
            owner=self._owner,
            kind=Kind.LISTENER_RULE,
            label=self._settings.service,
            wanted={
                "ListenerArn": self._entrance.production_listener.listener_arn,
                "Priority": self._entrance.priority,
                "Conditions": [paths],
                "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
            },
        )

    def _test_rule(self, colour: str, priority: int) -> None:
        """A header names the side. Fixed: a deployment never has to change the test route."""
        elbv2.CfnListenerRule(
            self,
            f"Test{colour.capitalize()}",
            listener_arn=self._entrance.test_listener.listener_arn,
            priority=priority,
            conditions=[
                elbv2.CfnListenerRule.RuleConditionProperty(
                    field="path-pattern",
                    path_pattern_config=elbv2.CfnListenerRule.PathPatternConfigProperty(
                        values=list(self._entrance.paths)
                    ),
                ),
                elbv2.CfnListenerRule.RuleConditionProperty(
                    field="http-header",
                    http_header_config=elbv2.CfnListenerRule.HttpHeaderConfigProperty(
                        http_header_name=TARGET_HEADER, values=[colour]
                    ),
                ),
            ],
            actions=[
                elbv2.CfnListenerRule.ActionProperty(
                    type="forward", target_group_arn=self.target_groups[colour].arn
                )
            ],
        )
