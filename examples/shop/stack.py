"""The example: a small shop on Fargate behind an Application Load Balancer.

The tasks stand in public subnets with addresses of their own, so no NAT gateway is paid for; their
security group lets in nothing but the load balancer. That one is public, or internal to a VPC in
which the automation has its probes.
"""

from typing import Any

from aws_cdk import CfnOutput, CfnParameter, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from examples.shop.configuration import Host
from examples.shop.front import Front
from examples.shop.load_test import LOAD_TEST, load_test
from examples.shop.network import network
from examples.shop.tasks import CONTAINER_PORT, shop_task_definition
from viridian.core.service.settings import Settings
from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.automation import Automation
from viridian_cdk.fleets.ecs import EcsTasks
from viridian_cdk.service import BlueGreenService


class Shop(Stack):
    """A network, a load balancer, a cluster, and one service under blue/green deployment."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        automation: Automation,
        settings: Settings,
        host: Host | None = None,
        internal_to: ec2.Vpc | None = None,
        **stack: Any,
    ) -> None:
        super().__init__(scope, id, **stack)
        self.add_stack_dependency(automation)
        production_port = _port(self, "ProductionPort", 80, "Where clients come in")
        test_port = _port(self, "TestPort", 8080, "Where a candidate is checked")
        vpc = internal_to or network(self)
        front = Front(
            self,
            "Front",
            vpc=vpc,
            production_port=production_port,
            test_port=test_port,
            task_port=CONTAINER_PORT,
            host=host,
            probe_group=automation.probe_group,
        )
        tested = [hook.name for hook in settings.hooks if hook.name == LOAD_TEST]
        BlueGreenService(
            self,
            "Service",
            automation=automation,
            settings=settings,
            entrance=front.entrance,
            tasks=EcsTasks(
                cluster=self._cluster(vpc),
                task_definition=shop_task_definition(
                    self,
                    service=settings.service,
                    production_port=production_port,
                ),
                security_group=front.task_group,
                subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
                assign_public_ip=True,
            ),
            hooks={
                name: load_test(
                    self, settings.service, vpc=internal_to, group_id=automation.probe_group
                )
                for name in tested
            },
        )
        CfnOutput(self, "ProductionUrl", value=front.entrance.production_url)
        CfnOutput(self, "TestUrl", value=front.entrance.test_url)

    def _cluster(self, vpc: ec2.IVpc) -> ecs.Cluster:
        cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        acknowledge(
            cluster,
            {"AwsSolutions-ECS4": "The load balancer's own metrics are what Viridian judges by."},
        )
        return cluster


def _port(scope: Construct, id: str, default: int, description: str) -> CfnParameter:
    return CfnParameter(
        scope,
        id,
        type="Number",
        default=default,
        min_value=1,
        max_value=65535,
        description=description,
    )
