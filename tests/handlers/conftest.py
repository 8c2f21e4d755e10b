"""A shop in memory: blue is live on two healthy tasks, green is idle and about to be proven."""

import io
import json
from collections.abc import Iterator
from logging import StreamHandler
from types import SimpleNamespace

import pytest

from tests.core.shop import (
    BLUE,
    BLUE_FLEET,
    DEPLOYMENT_ID,
    GREEN,
    GREEN_FLEET,
    REGISTRATION,
    RULE,
    SHARED_ALARMS,
    TEMPLATE,
    WATCHED_ALARMS,
    forward,
)
from tests.fakes import (
    EcsService,
    FakeAlarms,
    FakeArtifacts,
    FakeDecisions,
    FakeEcsFleets,
    FakeExecutions,
    FakeHttpProbe,
    FakeImages,
    FakeLeases,
    FakeLoadBalancers,
    FakePipelines,
    FakeQuotas,
    FakeRecords,
    FakeRegistrations,
    FakeRequestMetrics,
    FakeScalableTargets,
)
from viridian.adapters.answers import Answers
from viridian.adapters.hooks import Hooks
from viridian.core.evidence.alarm_change import LATER
from viridian.core.evidence.requests import Period, Traffic
from viridian.core.facts import Told
from viridian.core.lease import Holder
from viridian.core.split import weights_in
from viridian.runtime.telemetry import logger

CONTEXT = SimpleNamespace(
    function_name="function",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:function",
    aws_request_id="00000000-0000-0000-0000-000000000000",
)
"""What a handler is told about its invocation."""


SHIFTED_AT = 1_800_000_000.0
"""When a step began, at the beginning of a period."""


def ecs_service(colour: str, version: str, size: int) -> EcsService:
    variables = [{"name": "RELEASE_VERSION", "value": version}]
    container = {"name": "app", "image": colour, "essential": True, "environment": variables}
    definition = {
        "taskDefinitionArn": f"arn:aws:ecs:task-definition/{colour}:1",
        "family": colour,
        "containerDefinitions": [container],
    }
    return EcsService(definition, size, size)


def answered(requests: float, *, errors: float) -> Traffic:
    """So many requests in each of the two minutes' periods after the first shift."""
    starts = range(0, 120, 10)
    return Traffic(
        tuple(Period(SHIFTED_AT + at, requests, requests - errors, errors) for at in starts)
    )


class Shop:
    """Everything around the handlers; the deployment holds the service's lease with fence 7."""

    def __init__(self) -> None:
        self.leases = FakeLeases()
        self.balancers = FakeLoadBalancers(
            {RULE: forward(100, 0)}, {c: ["healthy"] * 2 for c in (BLUE, GREEN)}
        )
        self.alarms = FakeAlarms(dict.fromkeys(WATCHED_ALARMS, "OK"))
        self.request_metrics = FakeRequestMetrics(
            {
                "targetgroup/shop-green/2": answered(100, errors=1),
                "targetgroup/shop-blue/1": answered(900, errors=9),
            }
        )
        blue, green = ecs_service("blue", "1.0.0", 2), ecs_service("green", "0.9.0", 1)
        self.ecs = FakeEcsFleets({BLUE_FLEET: blue, GREEN_FLEET: green})
        self.ecs.templates[TEMPLATE] = ecs_service("template", "", 0).definition
        self.fleets = {"ecs": self.ecs}
        self.targets = FakeScalableTargets()
        self.artifacts = FakeArtifacts()
        self.registrations = FakeRegistrations({"shop": json.dumps(REGISTRATION)})
        self.images, self.quotas = FakeImages(), FakeQuotas()
        self.executions = FakeExecutions()
        self.hooks = Hooks(self.leases, "arn:hook", lambda: self.executions)
        self.records, self.pipelines = FakeRecords(), FakePipelines()
        self.decisions = FakeDecisions()
        self.answers = Answers(self.leases, self.records, self.executions)
        self.probe = FakeHttpProbe(answers={"/": (200, "1.1.0"), "/missing": (404, "1.1.0")})
        self.leases.set("shop", fence=6)
        self.hold_lease(DEPLOYMENT_ID)

    def hold_lease(self, deployment_id: str) -> int:
        """Give the service's lease to a deployment, under the next fence."""
        self.leases.set("shop", deployment_id=None)
        return self.leases.acquire("shop", deployment_id, now="12:00", watched_alarms=SHARED_ALARMS)

    def breach(self, alarm: str = "shop-elb-5xx") -> None:
        """Record a breach, as an alarm does."""
        said = f"{alarm} went into ALARM"
        assert self.leases.record_breach("shop", alarm, said, seen_at=LATER)[0]

    def split(self, percent: int) -> None:
        """Give the candidate a share, as a step before did."""
        self.balancers.rules[RULE] = forward(100 - percent, percent)

    def ask(self, *keys: str) -> None:
        """Have the deployment ask these, and wait."""
        for key in keys:
            self.leases.ask(Holder("shop", DEPLOYMENT_ID, 7), key, {"asked_at": 1})
        self.leases.set("shop", waits={"watch": "token"})
        self.executions.waiting.add("token")

    @property
    def asked(self) -> list[str]:
        """The keys of what was asked, in that order."""
        return [request["key"] for request in self.executions.started.values()]

    def answer(self, key: str, verdict: str) -> None:
        """Have the hook machine, or a person, answer."""
        said = f"because of {key}"
        found = self.leases.answer("shop", DEPLOYMENT_ID, key, verdict=verdict, said=said)
        assert found.hooks[key]["verdict"] == verdict

    def told_of(self, colour: str) -> Told:
        """What AWS says of a side."""
        arn, fleet = {"blue": (BLUE, BLUE_FLEET), "green": (GREEN, GREEN_FLEET)}[colour]
        return {**self.balancers.told(arn), **self.ecs.services[fleet].told}

    @property
    def weights(self) -> dict[str, int]:
        """The production rule as it is."""
        return weights_in(self.balancers.rules[RULE])


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handlers log; their stream was opened before pytest captured any."""
    handler, lines = logger.registered_handler, io.StringIO()
    assert isinstance(handler, StreamHandler)
    before = handler.setStream(lines)
    yield lines
    handler.setStream(before)
