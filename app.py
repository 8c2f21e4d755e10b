"""The CDK app: reads the configuration once, names the stacks, adds the checks."""

import json
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from examples.shop.stack import Shop
from viridian_cdk.automation import Automation
from viridian_cdk.configuration import Configuration
from viridian_cdk.packaging import functions_code
from viridian_cdk.service_file import read_service_file

PROJECT = Path(__file__).parent


def build() -> App:
    """The app with its two stacks, the same with the CDK CLI and without it."""
    app = App(context=json.loads((PROJECT / "cdk.json").read_text())["context"])
    configuration = Configuration.from_context(app.node)

    automation = Automation(app, "Viridian", code=functions_code())
    Shop(
        app,
        "Shop",
        automation=automation,
        settings=read_service_file(PROJECT / configuration.service_file),
        host=configuration.host,
    )
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


if __name__ == "__main__":
    build().synth()
