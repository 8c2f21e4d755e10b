"""How requests reach the two sides: two target groups, the production rule, the test rules."""

from dataclasses import dataclass

from aws_cdk import Duration, Tokenization
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from viridian.core.evidence.probe import TARGET_HEADER
from viridian.core.service.settings import Settings
from viridian_cdk.rights import manage

COLOURS = ("blue", "green")
# The shortest an ALB allows: a fresh target serves after one passing check, a sick one is known
# after 2 x 5 s.
HEALTH_CHECK_INTERVAL = Duration.seconds(5)
HEALTH_CHECK_TIMEOUT = Duration.seconds(2)
HEALTH_CHECK_COUNT = 2


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
        entrance: Entrance,
        settings: Settings,
        vpc: ec2.IVpc,
        port: int,
    ) -> None:
        super().__init__(scope, id)
        self._entrance = entrance
        self.target_groups = {
            colour: elbv2.ApplicationTargetGroup(
                self,
                colour.capitalize(),
                vpc=vpc,
                port=port,
                protocol=elbv2.ApplicationProtocol.HTTP,
                target_type=elbv2.TargetType.IP,
                deregistration_delay=Duration.seconds(settings.drain_seconds),
                health_check=_health_check(settings.health_check_path),
            )
            for colour in COLOURS
        }
        self.production_rule = self._production_rule()
        for resource in (self.production_rule, *self.target_groups.values()):
            manage(resource)
        for offset, colour in enumerate(COLOURS):
            self._test_rule(colour, entrance.priority + offset)

    def _production_rule(self) -> elbv2.ApplicationListenerRule:
        """All to blue at creation; from then on the weights are Viridian's."""
        weights = {"blue": 100, "green": 0}
        return elbv2.ApplicationListenerRule(
            self,
            "Production",
            listener=self._entrance.production_listener,
            priority=self._entrance.priority,
            conditions=[self._paths()],
            action=elbv2.ListenerAction.weighted_forward(
                [
                    elbv2.WeightedTargetGroup(target_group=group, weight=weights[colour])
                    for colour, group in self.target_groups.items()
                ]
            ),
        )

    def _test_rule(self, colour: str, priority: int) -> None:
        """A header names the side. Fixed: a deployment never has to change the test route."""
        elbv2.ApplicationListenerRule(
            self,
            f"Test{colour.capitalize()}",
            listener=self._entrance.test_listener,
            priority=priority,
            conditions=[
                self._paths(),
                elbv2.ListenerCondition.http_header(TARGET_HEADER, [colour]),
            ],
            action=elbv2.ListenerAction.forward([self.target_groups[colour]]),
        )

    def _paths(self) -> elbv2.ListenerCondition:
        return elbv2.ListenerCondition.path_patterns(list(self._entrance.paths))


def _health_check(path: str) -> elbv2.HealthCheck:
    return elbv2.HealthCheck(
        path=path,
        interval=HEALTH_CHECK_INTERVAL,
        timeout=HEALTH_CHECK_TIMEOUT,
        healthy_threshold_count=HEALTH_CHECK_COUNT,
        unhealthy_threshold_count=HEALTH_CHECK_COUNT,
    )
