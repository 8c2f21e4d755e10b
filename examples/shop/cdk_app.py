"""The example's CDK app: the control plane and the shop, deployed in one go."""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from examples.shop.configuration import Configuration
from examples.shop.stack import Shop
from viridian_cdk.automation import Automation
from viridian_cdk.service_file import read_service_file


def build(app: App) -> App:
    """The app with its two stacks."""
    configuration = Configuration.from_context(app.node)
    automation = Automation(
        app, "Viridian", reserved_concurrency=configuration.reserved_concurrency
    )
    Shop(
        app,
        "Shop",
        automation=automation,
        settings=read_service_file(configuration.service_file),
        host=configuration.host,
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build(App()).synth()
