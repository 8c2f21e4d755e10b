"""Logs and metrics of the functions, under one vocabulary.

Powertools takes service, namespace and level from the POWERTOOLS_* variables of the function.
"""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

__all__ = ["MetricUnit", "logger", "metrics"]

logger = Logger()
metrics = Metrics()
