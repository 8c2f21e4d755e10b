"""How a service is known: where its rule, target groups, fleets and alarms are.

`BlueGreenService` writes it to the SSM parameter `/viridian/services/<service>`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from viridian.core.errors import RegistrationInvalid
from viridian.core.schema import Limits, Rules, parse, read
from viridian.core.service.hooks import NAME as HOOK_NAME
from viridian.core.service.settings import SERVICE_NAME, Settings

NAME = r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*"
URL = Limits(
    pattern=rf"https?://{NAME}(:[0-9]{{1,5}})?",
    hint="http(s)://host[:port]",
    reads=lambda url: urlsplit(url).port,
)
HOST = Limits(pattern=NAME, hint="a host name")
LOAD_BALANCER = Limits(pattern="app/.+", hint="app/<name>/<id>")
TARGET_GROUP = Limits(pattern="targetgroup/.+", hint="targetgroup/<name>/<id>")
COLOUR = Limits(pattern="blue|green", hint="blue or green")
TASK_TEMPLATE = Limits(
    pattern=r"arn:[^:]+:ecs:[^:]+:[^:]+:task-definition/[^:]+:[0-9]+",
    hint="the ARN of a task definition's revision",
)
ECS_SERVICE = Limits(
    pattern=r"arn:[^:]+:ecs:[^:]+:[^:]+:service/[^/]+/[^/]+",
    hint="the ECS service's ARN, .../<cluster>/<name>",
)


def arn_of(what: str) -> Limits:
    """An ARN, in words that of what it names."""
    return Limits(pattern="arn:[!-~]+", hint=f"the {what}'s ARN")


def parameter_name(service: str) -> str:
    """The SSM parameter that holds a service's registration."""
    return f"/viridian/services/{service}"


@dataclass(frozen=True)
class Network:
    """Where the tasks of a side stand from its next deployment on."""

    subnets: Annotated[tuple[str, ...], Limits(1, 16, "1 to 16 subnet ids"), "their ids"]
    security_groups: Annotated[tuple[str, ...], Limits(1, 5, "1 to 5 group ids"), "their ids"]
    assign_public_ip: Annotated[
        str,
        Limits(pattern="ENABLED|DISABLED", hint="ENABLED or DISABLED"),
        "whether they have public addresses",
    ]


@dataclass(frozen=True)
class Fleet:
    """What runs behind a target group. ECS is the one kind there is."""

    kind: Annotated[str, Limits(pattern="ecs", hint="ecs"), "what runs the tasks"]
    arn: Annotated[str, ECS_SERVICE, "the one name it needs"]
    network: Annotated[Network, "where its next tasks are to stand"]


@dataclass(frozen=True)
class Side:
    """One colour: a target group, its dimension in CloudWatch, its alarms and its fleet."""

    colour: Annotated[str, COLOUR, "that of its key"]
    target_group_arn: Annotated[str, arn_of("target group"), "where its tasks are targets"]
    target_group: Annotated[str, TARGET_GROUP, "its dimension in CloudWatch"]
    alarms: Annotated[
        tuple[str, ...],
        Limits(1, hint="at least one alarm"),
        "names of alarms that are a breach while it is the candidate: nothing else comes at once",
    ]
    fleet: Annotated[Fleet, "what runs behind the target group"]


HOOK_PREFIX = "viridian-hook-"
"""How the names of all that a hook calls begin: the hook machine may call nothing else."""
HOOK_ARN = Limits(
    pattern=r"arn:[^:]+:(lambda|states|events):[^:]+:[^:]+:"
    rf"(function:|stateMachine:|connection/){HOOK_PREFIX}[A-Za-z0-9/_.-]+",
    hint=f"the ARN of a function, a state machine or a connection named {HOOK_PREFIX}...",
)
ENDPOINT = Limits(
    pattern=r"(https://|http://127\.0\.0\.1[:/])[!-~]{1,2000}",  # the second is a rehearsal's
    hint="https://...",
    reads=lambda url: urlsplit(url).port,
)


@dataclass(frozen=True)
class HookTarget:
    """What one of the service file's hooks calls."""

    name: Annotated[str, HOOK_NAME, "the hook's name there"]
    kind: Annotated[
        str,
        Limits(pattern="function|workflow|endpoint", hint="function, workflow or endpoint"),
        "what is called",
    ]
    arn: Annotated[str, HOOK_ARN, "of the function, the state machine, the endpoint's connection"]
    url: Annotated[str | None, ENDPOINT, "of an endpoint, which gets a POST"] = None


def _hook_complaints(
    hooks: tuple[HookTarget, ...], settings: Settings
) -> Iterator[tuple[str, str]]:
    targets = [target.name for target in hooks]
    for hook in settings.hooks:
        if targets.count(hook.name) != 1:
            yield (
                "hooks",
                f"wanted one target of the hook {hook.name!r}, found {targets.count(hook.name)}; "
                "give BlueGreenService what it calls, under that name",
            )


def _colour_complaints(blue: Side, green: Side) -> Iterator[tuple[str, str]]:
    for wanted, side in (("blue", blue), ("green", green)):
        if side.colour != wanted:
            yield f"{wanted}.colour", f"must be {wanted}, found {side.colour!r}"


def _service_complaints(service: str, settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.service != service:
        yield "settings.service", f"wanted {service!r}, found {settings.service!r}"


@dataclass(frozen=True)
class Registration:
    """One service: its production rule, both sides, shared alarms and settings."""

    RULES: ClassVar[Rules] = {
        ("blue", "green"): _colour_complaints,
        ("service", "settings"): _service_complaints,
        ("hooks", "settings"): _hook_complaints,
    }

    service: Annotated[str, SERVICE_NAME, "the service's name"]
    rule_arn: Annotated[str, arn_of("production listener rule"), "what carries the split"]
    production_url: Annotated[str, URL, "where clients ask"]
    test_url: Annotated[str, URL, "where the candidate is asked before them"]
    template: Annotated[
        str, TASK_TEMPLATE, "the task template: what a task of this service is, but for its release"
    ]
    load_balancer: Annotated[str, LOAD_BALANCER, "its dimension in CloudWatch"]
    blue: Annotated[Side, "one side"]
    green: Annotated[Side, "the other side, as `blue`"]
    shared_alarms: Annotated[tuple[str, ...], "names of alarms that are a breach of either side"]
    settings: Annotated[Settings, "what the service file says"]
    connect_to: Annotated[
        str | None,
        HOST,
        "the host that is asked under the names of both URLs, which are told in `Host` and to TLS "
        "and must be in the certificate: the load balancer's own, so that no record of the DNS "
        "nor what stands before it is asked; the URL's host unless given",
    ] = None

    hooks: Annotated[tuple[HookTarget, ...], "what the service file's hooks call"] = ()

    @classmethod
    def from_json(cls, text: str) -> "Registration":
        """Read the parameter's value; raises RegistrationInvalid."""
        return cls.from_dict(parse(text, "registration", RegistrationInvalid))

    @classmethod
    def from_dict(cls, data: Any) -> "Registration":
        """Read the parsed value; raises RegistrationInvalid with the path of all that is wrong."""
        return read(cls, data, "registration", RegistrationInvalid)
