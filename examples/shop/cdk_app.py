"""The example's CDK app: the control plane and the shop, deployed in one go."""

from aws_cdk import App, Stack, Validations
from cdk_nag import AwsSolutionsChecks

from examples.shop.configuration import Configuration
from examples.shop.network import network
from examples.shop.pipeline import ShopPipeline
from examples.shop.stack import Shop
from viridian_cdk.automation import Automation
from viridian_cdk.probes import Probes
from viridian_cdk.service_file import read_service_file


def build(app: App) -> App:
    """The app with its two stacks; an internal shop's VPC is one before them, and a pipeline that
    deploys to it one behind.
    """
    configuration = Configuration.from_context(app.node)
    vpc = network(Stack(app, "Network")) if configuration.is_internal else None
    automation = Automation(
        app,
        "Viridian",
        reserved_concurrency=configuration.reserved_concurrency,
        probes=Probes(vpc) if vpc else None,
    )
    settings = read_service_file(configuration.service_file)
    Shop(
        app,
        "Shop",
        automation=automation,
        settings=settings,
        host=configuration.host,
        internal_to=vpc,
    )
    if configuration.has_pipeline:
        ShopPipeline(app, "Pipeline", automation=automation, service=settings.service)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build(App()).synth()
