"""Where the functions stand that ask a service: outside of any VPC, or in one.

From outside they reach public load balancers, from a VPC the internal ones in it. There they need
neither a NAT gateway nor an endpoint, unless a check sends a secret: they call nothing else of AWS,
and Lambda itself takes their logs.
"""

from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from viridian_cdk.rights import Right, arns

PROBES = ("WarmCandidate", "SmokeTest", "VerifyProduction")
"""What asks the service, and nothing of AWS but the secrets that its checks send."""

INTERFACES = (  # those of AWSLambdaVPCAccessExecutionRole, without its rights on every log group
    Right(("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")),
    Right(
        (
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ),
        on=arns("ec2", "*/*"),
        why="Lambda makes the network interface under the function's role, under an id of AWS's; "
        "named more narrowly the function may not reach the VPC, says Lambda's guide.",
    ),
)


@dataclass(frozen=True)
class Probes:
    """A VPC that is made before the automation, by no service's stack; private subnets of it,
    where it has some, unless they are named."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection | None = None


class ProbeNetwork(Construct):
    """Their place in the VPC, and their security group: it admits nobody, listeners admit it."""

    def __init__(self, scope: Construct, id: str, *, probes: Probes) -> None:
        super().__init__(scope, id)
        self.vpc, self.subnets = probes.vpc, probes.subnets
        self.group = ec2.SecurityGroup(
            self, "Group", vpc=probes.vpc, description="Viridian, when it asks a service"
        )
