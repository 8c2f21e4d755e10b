"""Logs and metrics of the functions, under one vocabulary.

Powertools takes service, namespace and level from the POWERTOOLS_* variables of the function.
"""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

__all__ = ["DEPLOYMENT_ID", "MetricUnit", "logger", "metrics"]

DEPLOYMENT_ID = "deployment.id"
"""Where a state's event carries the deployment's id: the correlation id of every log line."""

logger = Logger()
metrics = Metrics()
