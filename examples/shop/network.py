"""The shop's VPC. Cheap on purpose: public subnets alone, so no NAT gateway is paid for."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from viridian_cdk.acknowledgements import acknowledge


def network(scope: Construct) -> ec2.Vpc:
    """In two zones, as a load balancer needs."""
    vpc = ec2.Vpc(
        scope,
        "Network",
        max_azs=2,
        nat_gateways=0,
        subnet_configuration=[
            ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC)
        ],
        restrict_default_security_group=False,  # would add a custom resource; nothing uses it
    )
    acknowledge(vpc, {"AwsSolutions-VPC7": "An example: the access logs tell who called."})
    return vpc
