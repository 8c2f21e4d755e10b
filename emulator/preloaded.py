"""What the fork server imports before it forks: libraries, and the data that clients are made of.

botocore reads a service's description, for some a megabyte of JSON, for each client anew; nobody
changes what was read.
"""

from functools import cache
from importlib import import_module
from typing import Any

import boto3
from botocore.loaders import JSONFileLoader, Loader

SERVICES = (
    "application-autoscaling",
    "cloudwatch",
    "dynamodb",
    "ecs",
    "elbv2",
    "logs",
    "s3",
    "ssm",
    "stepfunctions",
)
read = cache(JSONFileLoader().load_file)


class ReadOnce(JSONFileLoader):
    """Of the whole process."""

    def load_file(self, file_path: str) -> Any:
        return read(file_path)


Loader.FILE_LOADER_CLASS = ReadOnce
for module in ("aws_lambda_powertools.metrics", "botocore.httpsession"):
    import_module(module)
session: Any = boto3.Session("any", "any", region_name="us-east-1")
for service in SERVICES:
    session.client(service)
