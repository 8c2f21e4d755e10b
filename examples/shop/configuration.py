"""What a person may set for the example, from `cdk.json` or `-c name=value`, read once."""

from dataclasses import dataclass
from pathlib import Path

from constructs import Node

SERVICE_FILE = Path(__file__).with_name("service.yaml")


class ConfigurationInvalid(Exception):
    """A context value does not fit the others."""


@dataclass(frozen=True)
class Host:
    """The name and the certificate for HTTPS; without it the example speaks plain HTTP."""

    name: str
    certificate_arn: str


@dataclass(frozen=True)
class Configuration:
    """The service file, the HTTPS host when there is one, what `Automation` is to reserve, whether
    the shop is for its VPC alone, and whether a pipeline deploys to it."""

    service_file: Path
    host: Host | None
    reserved_concurrency: int
    is_internal: bool
    has_pipeline: bool

    @classmethod
    def from_context(cls, node: Node) -> "Configuration":
        """Read `serviceFile`, `reservedConcurrency`, `internal`, `pipeline`, `hostName` and
        `certificateArn`.
        """
        service_file = node.try_get_context("serviceFile") or SERVICE_FILE
        name, certificate = (node.try_get_context(key) for key in ("hostName", "certificateArn"))
        if bool(name) != bool(certificate):
            raise ConfigurationInvalid("hostName, certificateArn: give both or neither")
        host = Host(name, certificate) if name else None
        reserved = int(node.try_get_context("reservedConcurrency") or 0)
        is_internal, has_pipeline = (
            str(node.try_get_context(key)).lower() == "true" for key in ("internal", "pipeline")
        )
        return cls(Path(service_file), host, reserved, is_internal, has_pipeline)
