"""What a person may set for the app, from `cdk.json` or `-c name=value`, read once."""

from dataclasses import dataclass

from constructs import Node


class ConfigurationInvalid(Exception):
    """A context value is absent or does not fit the others."""


@dataclass(frozen=True)
class Host:
    """The name and the certificate for HTTPS; without it the example speaks plain HTTP."""

    name: str
    certificate_arn: str


@dataclass(frozen=True)
class Configuration:
    """The service file of the example, and its HTTPS host when it has one."""

    service_file: str
    host: Host | None

    @classmethod
    def from_context(cls, node: Node) -> "Configuration":
        """Read `serviceFile`, and `hostName` with `certificateArn` (both or neither)."""
        service_file = node.try_get_context("serviceFile")
        name, certificate = (node.try_get_context(key) for key in ("hostName", "certificateArn"))
        if not service_file:
            raise ConfigurationInvalid("serviceFile: is missing; give the path of a service file")
        if bool(name) != bool(certificate):
            raise ConfigurationInvalid("hostName, certificateArn: give both or neither")
        return cls(str(service_file), Host(name, certificate) if name else None)
