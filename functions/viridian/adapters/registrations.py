"""Registrations of services in SSM Parameter Store."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.errors import ServiceUnknown
from viridian.core.service.registration import Registration, parameter_name


@dataclass(frozen=True)
class Registrations:
    """All registrations of the account and Region."""

    ssm: Any

    @classmethod
    def from_session(cls, session: Session | None = None) -> "Registrations":
        """Registrations, with a client of their own."""
        return cls(client("ssm", session))

    def get(self, service: str) -> Registration:
        """Raises ServiceUnknown, or RegistrationInvalid with the path of what is wrong."""
        name = parameter_name(service)
        try:
            answer = self.ssm.get_parameter(Name=name)
        except self.ssm.exceptions.ParameterNotFound as error:
            raise ServiceUnknown(
                f"input.service: no service {service!r} (no parameter {name}); "
                "deploy its BlueGreenService stack, or correct the name"
            ) from error
        return Registration.from_json(answer["Parameter"]["Value"])
