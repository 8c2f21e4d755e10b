"""How a service is known: where its rule, target groups, fleets and alarms are.

`BlueGreenService` writes it to the SSM parameter `/viridian/services/<service>`.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from viridian.core.errors import RegistrationInvalid
from viridian.core.fields import Fields
from viridian.core.service.settings import SERVICE_NAME, SERVICE_NAME_HINT, Settings

URL = r"https?://[A-Za-z0-9.:-]+"
ARN = r"arn:[!-~]+"


def parameter_name(service: str) -> str:
    """The SSM parameter that holds a service's registration."""
    return f"/viridian/services/{service}"


@dataclass(frozen=True)
class Fleet:
    """What runs behind a target group."""

    kind: str
    cluster: str
    service: str

    @classmethod
    def read(cls, fields: Fields) -> "Fleet":
        """Read a fleet; ECS is the one kind there is."""
        fleet = cls(
            fields.text("kind", "ecs", "ecs"),
            fields.text("cluster", ARN, "the cluster's ARN"),
            fields.text("service", ARN, "the ECS service's ARN"),
        )
        fields.done()
        return fleet


@dataclass(frozen=True)
class Side:
    """One colour: a target group, its dimension in CloudWatch, its alarms and its fleet."""

    colour: str
    target_group_arn: str
    target_group: str
    alarms: tuple[str, ...]
    fleet: Fleet

    @classmethod
    def read(cls, fields: Fields, colour: str) -> "Side":
        """Read the side that stands under the key of its colour."""
        fields.optional("colour", lambda name: fields.text(name, colour, colour), colour)
        side = cls(
            colour=colour,
            target_group_arn=fields.text("target_group_arn", ARN, "the target group's ARN"),
            target_group=fields.text("target_group", "targetgroup/.+", "targetgroup/<name>/<id>"),
            alarms=fields.texts("alarms"),
            fleet=Fleet.read(fields.object("fleet")),
        )
        fields.done()
        if not side.alarms:
            raise fields.wrong("alarms", "must name at least one alarm: nothing else comes at once")
        return side


@dataclass(frozen=True)
class Registration:
    """One service: its production rule, both sides, shared alarms and settings."""

    service: str
    rule_arn: str
    production_url: str
    test_url: str
    load_balancer: str
    blue: Side
    green: Side
    shared_alarms: tuple[str, ...]
    settings: Settings

    @classmethod
    def from_json(cls, text: str) -> "Registration":
        """Read the parameter's value; raises RegistrationInvalid."""
        try:
            data = json.loads(text)
        except ValueError as error:
            raise RegistrationInvalid(f"registration: not JSON ({error})") from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Any) -> "Registration":
        """Read the parsed value; raises RegistrationInvalid with the path of what is wrong."""
        fields = Fields(data, "registration", RegistrationInvalid)
        registration = cls(
            service=fields.text("service", SERVICE_NAME, SERVICE_NAME_HINT),
            rule_arn=fields.text("rule_arn", ARN, "the production listener rule's ARN"),
            production_url=fields.text("production_url", URL, "http(s)://host[:port]"),
            test_url=fields.text("test_url", URL, "http(s)://host[:port]"),
            load_balancer=fields.text("load_balancer", "app/.+", "app/<name>/<id>"),
            blue=Side.read(fields.object("blue"), "blue"),
            green=Side.read(fields.object("green"), "green"),
            shared_alarms=fields.texts("shared_alarms"),
            settings=Settings.read(fields.object("settings")),
        )
        fields.done()
        if registration.settings.service != registration.service:
            wanted, found = registration.service, registration.settings.service
            raise fields.wrong("settings.service", f"wanted {wanted!r}, found {found!r}")
        return registration

    def to_dict(self) -> dict[str, Any]:
        """As JSON; `from_dict` reads it back."""
        members = json.loads(json.dumps(asdict(self)))
        members["settings"] = self.settings.to_dict()
        return dict(members)
