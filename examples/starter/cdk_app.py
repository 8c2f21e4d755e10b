"""The CDK app of orders: Viridian's control plane, and the service behind a load balancer.

`viridian rehearse` runs it, with the service file that it names by the context `serviceFile`.
Before you deploy it give it HTTPS and narrow security groups: both listeners let everybody in.
"""

from pathlib import Path

from aws_cdk import App, CfnParameter, Stack, aws_ec2, aws_ecr, aws_ecs, aws_logs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from viridian_cdk.automation import Automation
from viridian_cdk.fleets.ecs import EcsTasks
from viridian_cdk.rights import manage
from viridian_cdk.routes import Entrance
from viridian_cdk.service import BlueGreenService
from viridian_cdk.service_file import read_service_file

PORT = 8080

app = App()
settings = read_service_file(Path(app.node.try_get_context("serviceFile") or "service.yaml"))
automation, stack = Automation(app, "Viridian"), Stack(app, f"Service-{settings.service}")
stack.add_stack_dependency(automation)

vpc = aws_ec2.Vpc(
    stack,
    "Vpc",
    nat_gateways=0,
    subnet_configuration=[
        aws_ec2.SubnetConfiguration(name="Public", subnet_type=aws_ec2.SubnetType.PUBLIC)
    ],
)
balancer = elbv2.ApplicationLoadBalancer(stack, "Balancer", vpc=vpc, internet_facing=True)
production, test = (
    balancer.add_listener(
        name,
        port=CfnParameter(stack, f"{name}Port", type="Number", default=port).value_as_number,
        protocol=elbv2.ApplicationProtocol.HTTP,
        default_action=elbv2.ListenerAction.fixed_response(404),
    )
    for name, port in (("Production", 80), ("Test", 8080))
)

# What a task is made from; its image comes from the ECR repository that is named as the service.
image = CfnParameter(stack, "Image", description="The first release's: <repository>@sha256:<hex>")
log_group = aws_logs.LogGroup(stack, "TaskLogs", retention=aws_logs.RetentionDays.ONE_MONTH)
manage(log_group)  # a rejection quotes a failed task's last lines
task = aws_ecs.FargateTaskDefinition(stack, "Task", cpu=256, memory_limit_mib=512)
task.add_container(
    "app",
    image=aws_ecs.ContainerImage.from_registry(image.value_as_string),
    port_mappings=[aws_ecs.PortMapping(container_port=PORT)],
    environment={"PORT": str(PORT)},
    logging=aws_ecs.LogDrivers.aws_logs(stream_prefix=settings.service, log_group=log_group),
)
repository = aws_ecr.Repository.from_repository_name(stack, "Images", settings.service)
repository.grant_pull(task.obtain_execution_role())

BlueGreenService(
    stack,
    "BlueGreen",
    automation=automation,
    settings=settings,
    entrance=Entrance(balancer, production, test),
    tasks=EcsTasks(aws_ecs.Cluster(stack, "Cluster", vpc=vpc), task, assign_public_ip=True),
)
app.synth()
