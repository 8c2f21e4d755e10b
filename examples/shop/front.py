"""The shop's front: a load balancer, its two listeners, and the walls around it."""

from aws_cdk import Aws, CfnParameter, Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from examples.shop.configuration import Host
from viridian_cdk.acknowledgements import acknowledge
from viridian_cdk.routes import Entrance

ANYWHERE = "0.0.0.0/0"


class Front(Construct):
    """Production and test listener; what no rule takes is answered 503 and 404.

    With a group of probes it is internal: clients come from the VPC, and the test listener admits
    the probes alone. Without, it is public, and so is the test listener: what checks a candidate
    comes from outside the VPC, from no address that is known. It reaches the same application, so
    it needs the same protection by the application.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        production_port: CfnParameter,
        test_port: CfnParameter,
        task_port: int,
        host: Host | None = None,
        probe_group: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._host = host
        clients = vpc.vpc_cidr_block if probe_group else ANYWHERE
        doors = [
            _tcp_from(production_port.value_as_number, "Clients", cidr_ip=clients),
            _tcp_from(
                test_port.value_as_number,
                "Checks of a candidate",
                cidr_ip=None if probe_group else ANYWHERE,
                source_security_group_id=probe_group,
            ),
        ]
        groups = Walls(self, "Walls", vpc=vpc, doors=doors, task_port=task_port)
        self.task_group = groups.tasks
        self._load_balancer = elbv2.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            vpc=vpc,
            internet_facing=probe_group is None,
            security_group=groups.load_balancer,
            drop_invalid_header_fields=True,
        )
        _keep_access_logs(self._load_balancer, _access_logs(self))
        self.entrance = Entrance(
            load_balancer=self._load_balancer,
            production_listener=self._listener("Production", production_port, 503),
            test_listener=self._listener("Test", test_port, 404),
            host_name=host.name if host else None,
        )

    def _listener(self, id: str, port: CfnParameter, status_code: int) -> elbv2.ApplicationListener:
        host = self._host
        protocol = elbv2.ApplicationProtocol.HTTPS if host else elbv2.ApplicationProtocol.HTTP
        return elbv2.ApplicationListener(
            self,
            id,
            load_balancer=self._load_balancer,
            port=port.value_as_number,
            protocol=protocol,
            certificates=[elbv2.ListenerCertificate(host.certificate_arn)] if host else None,
            open=False,  # the walls say who may come in
            default_action=elbv2.ListenerAction.fixed_response(status_code),
        )


class Walls(Construct):
    """Two security groups: what comes in by the doors, and only the load balancer to the tasks.

    Written as plain resources with their rules inside, and handed on as groups that CDK's
    constructs cannot widen.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc: ec2.IVpc,
        doors: list[ec2.CfnSecurityGroup.IngressProperty],
        task_port: int,
    ) -> None:
        super().__init__(scope, id)
        front = ec2.CfnSecurityGroup(
            self,
            "LoadBalancerGroup",
            group_description="Clients and checks to the listeners, the load balancer to the tasks",
            vpc_id=vpc.vpc_id,
            security_group_ingress=doors,
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp",
                    from_port=task_port,
                    to_port=task_port,
                    cidr_ip=vpc.vpc_cidr_block,
                    description="Tasks",
                )
            ],
        )
        back = ec2.CfnSecurityGroup(
            self,
            "TaskGroup",
            group_description="The load balancer to the tasks; the tasks to AWS",
            vpc_id=vpc.vpc_id,
            security_group_ingress=[
                _tcp_from(task_port, "Load balancer", source_security_group_id=front.attr_group_id)
            ],
        )
        acknowledge(front, {"AwsSolutions-EC23": "A public shop: anyone may come to the door."})
        self.load_balancer = _sealed(front)
        self.tasks = _sealed(back)


def _tcp_from(
    port: float,
    description: str,
    *,
    cidr_ip: str | None = None,
    source_security_group_id: str | None = None,
) -> ec2.CfnSecurityGroup.IngressProperty:
    return ec2.CfnSecurityGroup.IngressProperty(
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=description,
        cidr_ip=cidr_ip,
        source_security_group_id=source_security_group_id,
    )


def _sealed(group: ec2.CfnSecurityGroup) -> ec2.ISecurityGroup:
    return ec2.SecurityGroup.from_security_group_id(
        group, "Sealed", group.attr_group_id, mutable=False
    )


def _keep_access_logs(load_balancer: elbv2.ApplicationLoadBalancer, bucket: s3.Bucket) -> None:
    """By hand: CDK's own method wants to know the Region when it synthesises."""
    granted = bucket.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["s3:PutObject"],
            principals=[iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
            resources=[bucket.arn_for_objects(f"AWSLogs/{Aws.ACCOUNT_ID}/*")],
        )
    )
    assert granted.policy_dependable is not None
    load_balancer.node.add_dependency(granted.policy_dependable)
    load_balancer.set_attribute("access_logs.s3.enabled", "true")
    load_balancer.set_attribute("access_logs.s3.bucket", bucket.bucket_name)


def _access_logs(scope: Construct) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        removal_policy=RemovalPolicy.RETAIN,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(30))],
    )
    acknowledge(bucket, {"AwsSolutions-S1": "A log of the log bucket would log itself."})
    return bucket
