"""The control plane's CDK app: what deploys every service, and no service.

A service's stack takes the `Automation` of its own app, as `examples/shop/cdk_app.py` shows.
"""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from viridian_cdk.automation import Automation

app = App()
reserved = app.node.try_get_context("reservedConcurrency")
Automation(app, "Viridian", reserved_concurrency=int(reserved or 0))
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
