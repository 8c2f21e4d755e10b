"""The service file for a CDK app: what the command line validates is what is deployed."""

from viridian_cli.service_file import read_service_file

__all__ = ["read_service_file"]
