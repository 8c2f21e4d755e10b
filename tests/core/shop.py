"""The service of the tests: a shop whose blue side is live and whose green side is idle."""

import copy
from dataclasses import asdict
from typing import Any

from viridian.core.deployment import Deployment
from viridian.core.fleet import Observation
from viridian.core.release.release import Bundle, Release
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration
from viridian.core.service.settings import Settings
from viridian.core.sides import Production, Sides
from viridian.core.values import members as value_members

ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
ECS = "arn:aws:ecs:us-east-1:123456789012"
RULE = f"{ELB}:listener-rule/app/shop/1/2/3"
BLUE, GREEN = f"{ELB}:targetgroup/shop-blue/1", f"{ELB}:targetgroup/shop-green/2"
BLUE_FLEET, GREEN_FLEET = f"{ECS}:service/shop/blue", f"{ECS}:service/shop/green"
CHECKSUM = "0f" * 32
DEPLOYMENT_ID = "shop-1.1.0-0123456789ab"

SETTINGS: dict[str, Any] = {
    "service": "shop",
    "steps": [
        {"percent": 10, "bake_seconds": 12},
        {"percent": 50, "bake_seconds": 90},
        {"percent": 100, "bake_seconds": 12},
    ],
    "smoke_tests": [{"path": "/", "status": 200}, {"path": "/missing", "status": 404}],
    "version_header": "X-Release-Version",
    "resting_count": 1,
    "drain_seconds": 5,
    "drain_timeout_seconds": 120,
    "prepare_timeout_seconds": 120,
    "start_grace_seconds": 60,
    "unknown_patience_seconds": 30,
    "standby_seconds": 600,
    "health_check_path": "/health",
    "alarms": {
        "period_seconds": 10,
        "error_rate_percent": 5,
        "minimum_requests": 20,
        "latency_p99_seconds": 1.0,
        "elb_5xx_count": 10,
        "extra": ["orders-lost"],
    },
}


SCALING = {"min_capacity": 2, "max_capacity": 8, "requests_per_target": 600}
SCALED: dict[str, Any] = {**SETTINGS, "scaling": SCALING}

NETWORK = {
    "subnets": ["subnet-1", "subnet-2"],
    "security_groups": ["sg-1"],
    "assign_public_ip": "DISABLED",
}


def _side(colour: str, arn: str, fleet: str) -> dict[str, Any]:
    return {
        "colour": colour,
        "target_group_arn": arn,
        "target_group": arn.rpartition(":")[2],
        "alarms": [f"shop-{colour}-5xx", f"shop-{colour}-p99"],
        "fleet": {"kind": "ecs", "arn": fleet, "network": NETWORK},
    }


TEMPLATE = f"{ECS}:task-definition/shop-template:4"
REGISTRATION: dict[str, Any] = {
    "service": "shop",
    "rule_arn": RULE,
    "production_url": "http://shop.example:80",
    "test_url": "http://shop.example:8080",
    "template": TEMPLATE,
    "load_balancer": "app/shop/1",
    "blue": _side("blue", BLUE, BLUE_FLEET),
    "green": _side("green", GREEN, GREEN_FLEET),
    "shared_alarms": ["shop-elb-5xx", "orders-lost"],
    "settings": SETTINGS,
    "connect_to": "balancer.example",
}

AWS = "arn:aws:lambda:us-east-1:123456789012"


def target_of(hook: str) -> dict[str, Any]:
    """What a hook of that name calls, as the registration has it."""
    return {"name": hook, "kind": "function", "arn": f"{AWS}:function:viridian-hook-{hook}"}


def asking(*hooks: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The service file with these hooks, which fill in for themselves what they do not say."""
    given = [{"name": "load", "timeout_seconds": 120, **hook} for hook in hooks]
    return {**SETTINGS, "hooks": given, **members}


GREEN_ALARMS = ("shop-green-5xx", "shop-green-p99")
SHARED_ALARMS = ("shop-elb-5xx", "orders-lost")
WATCHED_ALARMS = (*GREEN_ALARMS, *SHARED_ALARMS)

BUNDLE = Bundle("artifacts", "shop/1.1.0/bundle.zip", "v1", CHECKSUM)
BUNDLE_RELEASE = Release(
    service="shop",
    version="1.1.0",
    bundle=BUNDLE,
    image=None,
    command=("python3", "app.py"),
    environment={"BANNER": "spring"},
)
IMAGE_RELEASE = Release(
    service="shop",
    version="1.1.0",
    bundle=None,
    image=f"registry.example/shop@sha256:{CHECKSUM}",
    command=(),
    environment={},
)


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a document with the member at a dotted path set; list items go by number."""
    copied, holder, last = _opened(document, path)
    holder[last] = value
    return copied


def without(document: dict[str, Any], path: str) -> dict[str, Any]:
    """A copy of a document without the member at a dotted path."""
    copied, holder, last = _opened(document, path)
    del holder[last]
    return copied


def _opened(document: dict[str, Any], path: str) -> tuple[dict[str, Any], Any, Any]:
    """A copy of a document, and in it what holds the member at a dotted path under which key."""
    copied = copy.deepcopy(document)
    holder: Any = copied
    *parents, last = (int(name) if name.isdigit() else name for name in path.split("."))
    for name in parents:
        holder = holder[name]
    return copied, holder, last


def settings() -> Settings:
    """The service file as read."""
    return Settings.from_dict(SETTINGS, "service.yaml")


def registration() -> Registration:
    """The registration as read."""
    return Registration.from_dict(REGISTRATION)


def deployment(release: Release = BUNDLE_RELEASE) -> Deployment:
    """A deployment of version 1.1.0, admitted."""
    request = Request("shop", release.version)
    return Deployment.admitted(DEPLOYMENT_ID, request, registration(), release, at="12:00")


def forward(blue: int, green: int, **config: Any) -> list[dict[str, Any]]:
    """The rule's actions with these weights."""
    groups = [
        {"TargetGroupArn": BLUE, "Weight": blue},
        {"TargetGroupArn": GREEN, "Weight": green},
    ]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups, **config}}]


def sides(live: str = "blue", size: int = 2) -> Sides:
    """What InspectLive finds where this colour is live."""
    actions = forward(100, 0) if live == "blue" else forward(0, 100)
    production = Production("1.0.0", live, "shop-1.0.0-first", "before", "then")
    seen = Observation("arn:shop:1", rollouts=1, running=size, desired=size, failed=0)
    told: dict[str, dict[str, str]] = {"health_check": {}, "attributes": {}}
    return Sides.found(
        registration(), actions, seen=lambda _: seen, told=lambda _: told, production=production
    )


def payload(kind: type, **members: Any) -> dict[str, Any]:
    """What the machine hands to a handler that takes this kind of input, under fence 7."""
    admitted = deployment()
    registered = asdict(admitted.registration)
    if "settings" in members:
        read = Settings.from_dict(members["settings"], "service.yaml")
        hooks = [target_of(hook.name) for hook in read.hooks]
        registered |= {"settings": asdict(read), "hooks": hooks}
    given = {
        "service": "shop",
        "deployment_id": DEPLOYMENT_ID,
        "fence": 7,
        "version": "1.1.0",
        "asked_at": "2026-11-01T11:00:00Z",
        "sides": asdict(sides()),
        "release": asdict(admitted.release),
        "blueprint": asdict(admitted.blueprint),
        "revision": "arn:shop:5",
        "deployment": {**asdict(admitted), "registration": registered},
        "registration": registered,
        "settings": registered["settings"],
        "load_balancer": admitted.registration.load_balancer,
        "connect_to": admitted.registration.connect_to,
        "now": "2026-11-01T12:00Z",
        "entered": "2026-11-01T12:00:00.000Z",
        "ending": "DeploymentReverted",
        "start_grace_seconds": SETTINGS["start_grace_seconds"],
        "is_first_step": False,
        "accept": (),
        "waits_since": "",
        "on_busy": "reject",
        **members,
    }
    return {name: given[name] for name in value_members(kind)}


def step(number: int) -> dict[str, int]:
    """A step of the plan, as the machine hands it over."""
    found: dict[str, int] = SETTINGS["steps"][number]
    return found
