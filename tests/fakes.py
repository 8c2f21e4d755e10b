"""Fakes of the adapters: in memory, with the same public methods and the same errors.

They answer questions; what a test sets up or looks at afterwards is a plain attribute. Each is its
adapter to a type checker, without a client: a method that is not faked fails. The tests in
tests/adapters put the same claims to each fake and to its adapter, so they cannot drift.
"""

import copy
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from io import BufferedIOBase
from typing import Any

from viridian.adapters.alarms import Alarms
from viridian.adapters.artifacts import Artifacts
from viridian.adapters.bus import Bus
from viridian.adapters.decisions import Decisions
from viridian.adapters.executions import Executions
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.adapters.fleets.task_definition import TaskDefinition, is_same, task_definition_of
from viridian.adapters.http_probe import HttpProbe
from viridian.adapters.images import Images
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import ListenerRule, LoadBalancers
from viridian.adapters.pipelines import Pipelines
from viridian.adapters.quotas import Quotas
from viridian.adapters.records import Records
from viridian.adapters.registrations import Registrations
from viridian.adapters.request_metrics import RequestMetrics
from viridian.adapters.secrets import UNFIT, VALUE, WHAT_TO_DO, Secrets
from viridian.core.decisions import Moment, decision_of, decisions_key
from viridian.core.deployment import Ran
from viridian.core.errors import (
    FleetMissing,
    NotKnown,
    NotTold,
    SecretUnusable,
    ServiceUnknown,
)
from viridian.core.evidence.alarms import AlarmStates
from viridian.core.evidence.health import Health
from viridian.core.evidence.probe import Answer
from viridian.core.evidence.requests import Traffic
from viridian.core.execution import Execution
from viridian.core.facts import Told
from viridian.core.fleet import Blueprint, Observation, TaskSize
from viridian.core.hold import Stop
from viridian.core.lease import CLOSE_GATE, HURRY, PAUSE, RESUME, Holder, Lease, Write
from viridian.core.phase import Phase
from viridian.core.pipeline import Artifact
from viridian.core.quota import Room
from viridian.core.record import (
    END_STANDBY_UNSAID,
    FAILED,
    PRODUCTION,
    Controlled,
    Ended,
    Entry,
    Failure,
    Kept,
    Unsaid,
    deployment_key,
    release_key,
)
from viridian.core.release.image import EcrImage
from viridian.core.release.release import Release, Stored
from viridian.core.scaling import Bounds
from viridian.core.service.registration import Fleet, Registration
from viridian.core.service.settings import Settings
from viridian.core.service.smoke_tests import SmokeTest
from viridian.core.sides import Production
from viridian.core.split import Actions, weights_in
from viridian.core.values import revive


class FakeLeases(Leases):
    """Leases by service, under the core's own rules."""

    def __init__(self) -> None:
        self.items: dict[str, Lease] = {}
        self.stopped: Stop | None = None

    def get(self, service: str) -> Lease:
        return self.items.get(service, Lease(service))

    def set(self, service: str, **members: Any) -> Lease:
        """Change members of a lease, whoever holds it."""
        self.items[service] = replace(self.get(service), **members)
        return self.items[service]

    def in_use(self) -> list[Lease]:
        found = [each for each in self.items.values() if each.deployment_id or each.turns]
        return sorted(found, key=lambda lease: lease.service)

    def await_turn(self, service: str, turn: str, token: str) -> None:
        """As the machine does by itself."""
        self.set(service, turns={**self.get(service).turns, turn: token})

    def end_turn(self, service: str, turn: str) -> None:
        turns = self.get(service).turns
        self.set(service, turns={each: turns[each] for each in turns if each != turn})

    def take_over(self, holder: Holder, *, breach: str | None) -> int | None:
        lease = self.get(holder.service)
        wanted, found = (holder.deployment_id, holder.fence), (lease.deployment_id, lease.fence)
        is_refused = lease.phase == "held" or (breach is None and lease.breach is not None)
        if found == wanted and not is_refused:
            closed = {"breach": lease.breach or breach}
            lease = self.set(holder.service, fence=lease.fence + 1, **closed)
        is_taken = (lease.deployment_id, lease.fence - 1) == wanted
        return lease.fence if is_taken else None

    def acquire(
        self, service: str, deployment_id: str, *, now: str, watched_alarms: tuple[str, ...]
    ) -> int:
        lease = self.get(service)
        if lease.deployment_id is None and not lease.candidate_percent:
            lease = self.set(
                service,
                fence=lease.fence + 1,
                deployment_id=deployment_id,
                phase="deploying",
                acquired_at=now,
                watched_alarms=watched_alarms,
                first_shifted_at=None,
                breach=None,
                changed_by=None,
                waits={},
                hooks={},
            )
        lease.require_held_by(deployment_id)
        return lease.fence

    def hear(self, holder: Holder, lease: Lease) -> Lease:
        if lease.unheard and (lease.deployment_id, lease.fence) == (
            holder.deployment_id,
            holder.fence,
        ):
            return self.set(lease.service, unheard=False)
        return lease

    def ask(self, holder: Holder, hook: str, asked: Mapping[str, Any]) -> Lease:
        self.get(holder.service).require_open(holder)
        hooks = self.get(holder.service).hooks
        return self.set(holder.service, hooks={hook: asked, **hooks})

    def answer(
        self, service: str, deployment_id: str, hook: str, *, verdict: str, said: str
    ) -> Lease:
        lease = self.get(service)
        kept = lease.hooks.get(hook)
        if lease.deployment_id != deployment_id or kept is None or "verdict" in kept:
            return lease
        answered = {**kept, "verdict": verdict, "said": said}
        return self.set(service, hooks={**lease.hooks, hook: answered}, unheard=True)

    def authorise_forward(
        self, holder: Holder, *, percent: int, watched_alarms: tuple[str, ...], now: float
    ) -> None:
        lease = self.get(holder.service)
        is_allowed = lease.candidate_percent == percent
        self._go_forward(holder, percent, watched_alarms, is_allowed=is_allowed)
        first = lease.first_shifted_at
        self.set(holder.service, first_shifted_at=int(now) if first is None else first)

    def open_standby(self, holder: Holder, *, watched_alarms: tuple[str, ...]) -> None:
        is_allowed = self.get(holder.service).phase == "standby"
        self._go_forward(holder, 100, watched_alarms, is_allowed=is_allowed)
        self.set(holder.service, phase="standby")

    def _go_forward(
        self, holder: Holder, percent: int, watched_alarms: tuple[str, ...], *, is_allowed: bool
    ) -> None:
        self.get(holder.service).require_forward(holder, is_allowed=is_allowed)
        moved = {"candidate_percent": percent, "moved_by": holder.deployment_id}
        self.set(holder.service, watched_alarms=watched_alarms, **moved)

    def close_standby(self, service: str) -> str | None:
        lease = self.get(service)
        if lease.phase == "standby" and lease.paused is None:
            lease = self.set(service, phase="closing")
        return lease.watch if lease.phase == "closing" else None

    def authorise_back(self, holder: Holder, *, breach: str | None) -> str | None:
        lease = self.get(holder.service)
        lease.require_may_restore(holder)
        moved = {"moved_by": holder.deployment_id, "breach": lease.breach or breach}
        return self.set(holder.service, **moved).breach

    def mark_whole(self, holder: Holder) -> Lease:
        if self.get(holder.service).moved_by == holder.deployment_id:
            self.set(holder.service, candidate_percent=0)
        return self.get(holder.service)

    def record_breach(
        self, service: str, alarm: str, breach: str, *, seen_at: int
    ) -> tuple[bool, str | None]:
        lease = self.get(service)
        if not lease.watches(alarm, seen_at=seen_at):
            return False, None
        return True, self.set(service, breach=lease.breach or breach).watch

    def record_change(self, service: str, by: str) -> str | None:
        lease = self.get(service)
        if lease.deployment_id is None or by <= (lease.changed_by or ""):
            return None
        lease = self.set(service, changed_by=by)
        return lease.watch if lease.paused is None else None

    def change(self, seen: Lease, write: Write, values: Mapping[str, Any]) -> tuple[bool, Lease]:
        lease = self.get(seen.service)
        parts = [(each.deployment_id, each.fence, each.phase) for each in (seen, lease)]
        if parts[0] != parts[1]:
            return False, lease
        changes: dict[Write, dict[str, Any]] = {
            CLOSE_GATE: {"breach": lease.breach or values.get(":breach")},
            PAUSE: {
                "paused": lease.paused or values.get(":paused"),
                "pause_ends": lease.pause_ends or values.get(":ends"),
            },
            RESUME: {"paused": None, "unheard": values.get(":true")},
            HURRY: {"hurried_percent": values.get(":percent")},
        }
        return True, self.set(seen.service, **changes[write])

    def stop(self) -> Stop | None:
        return self.stopped

    def stop_all(self, stop: Stop) -> bool:
        is_first, self.stopped = self.stopped is None, self.stopped or stop
        return is_first

    def go(self, told: Stop) -> bool:
        is_stopped, self.stopped = self.stopped is not None, None
        return is_stopped


def group() -> dict[str, dict[str, str]]:
    """A target group as AWS tells of it."""
    return {
        "health_check": {"HealthCheckPath": "/health", "HealthyThresholdCount": "2"},
        "attributes": {
            "deregistration_delay.timeout_seconds": "5",
            "slow_start.duration_seconds": "0",
        },
    }


class FakeLoadBalancers(LoadBalancers):
    """Actions of rules and states of targets, by ARN, and every split written.

    A rule that does not stick ignores what is written.
    """

    def __init__(
        self,
        rules: dict[str, Actions],
        states: dict[str, list[str]] | None = None,
        *,
        sticks: bool = True,
    ) -> None:
        self.rules, self.states, self.sticks = rules, states or {}, sticks
        self.written: list[dict[str, int]] = []
        self.arranged: dict[str, tuple[str, int]] = {}
        self.groups = {arn: group() for arn in self.states}

    def arrange(self, target_group_arn: str, settings: Settings) -> None:
        self.arranged[target_group_arn] = (settings.health_check_path, settings.drain_seconds)

    def told(self, target_group_arn: str) -> Told:
        return copy.deepcopy(self.groups[target_group_arn])

    def health(self, target_group_arn: str, wanted: int) -> Health:
        return Health.of(target_group_arn, self.states[target_group_arn], wanted)

    def rule(self, arn: str) -> "FakeListenerRule":
        return FakeListenerRule(self, arn)


class FakeScalableTargets(ScalableTargets):
    """The bounds of those that were bound, by their fleet."""

    def __init__(self) -> None:
        self.bounds: dict[str, Bounds] = {}

    def bind(self, fleet_arn: str, bounds: Bounds, *, most: int | None = None) -> None:
        self.bounds[fleet_arn] = bounds


class FakeListenerRule(ListenerRule):
    """One of those rules."""

    def __init__(self, balancers: FakeLoadBalancers, arn: str) -> None:
        super().__init__(None, arn)
        self.balancers = balancers

    def actions(self) -> Actions:
        return copy.deepcopy(self.balancers.rules[self.arn])

    def write(self, actions: Actions) -> None:
        self.balancers.written.append(weights_in(actions))
        if self.balancers.sticks:
            self.balancers.rules[self.arn] = copy.deepcopy(actions)


class FakeAlarms(Alarms):
    """State by name of the alarms that exist."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def states(self, watched: tuple[str, ...]) -> AlarmStates:
        states = {n: s for n, s in self.known.items() if n in watched}
        reasons = {n: f"{s}: because" for n, s in states.items() if s != "OK"}
        return AlarmStates(watched, states, reasons=reasons)


class FakeRequestMetrics(RequestMetrics):
    """Traffic by target group, as its metrics' dimension spells it."""

    def __init__(self, seen: dict[str, Traffic]) -> None:
        self.seen = seen

    def traffic(
        self,
        load_balancer: str,
        target_groups: dict[str, str],
        *,
        since: float,
        now: float,
        period: int,
    ) -> dict[str, Traffic]:
        def whole(traffic: Traffic) -> Traffic:
            periods = traffic.periods
            return Traffic(tuple(p for p in periods if since <= p.start <= now - period))

        silent = Traffic(())
        return {role: whole(self.seen.get(group, silent)) for role, group in target_groups.items()}


class FakeArtifacts(Artifacts):
    """Versions of objects by key, oldest first; their ids are v1, v2, ..."""

    def __init__(self, objects: dict[str, list[bytes]] | None = None) -> None:
        super().__init__(None, "artifacts")
        self.objects = objects or {}

    def put(self, key: str, content: bytes) -> str:
        versions = self.objects.setdefault(key, [])
        versions.append(content)
        return f"v{len(versions)}"

    def replace(self, key: str, content: bytes, content_type: str) -> None:
        assert content_type in ("application/json", "text/html; charset=utf-8")
        self.objects[key] = [content]

    def read(self, key: str, version_id: str | None, most_bytes: int) -> bytes | None:
        versions = dict(self._versions(key))
        content = versions.get(version_id or f"v{len(versions)}")
        return None if content is None else content[:most_bytes]

    def digest(self, key: str) -> Stored | None:
        newest = self._versions(key)[-1:]
        return next((Stored(v, hashlib.sha256(content).hexdigest()) for v, content in newest), None)

    def newest(self, key: str) -> str | None:
        return next((version for version, _ in self._versions(key)[-1:]), None)

    def publish(self, key: str, manifest: Callable[[str], bytes], bundle: BufferedIOBase) -> str:
        bundle.seek(0)
        packed = bundle.read()
        content = manifest(hashlib.sha256(packed).hexdigest())
        if (newest := self.newest(key)) and self.read(key, newest, len(content) + 1) == content:
            return newest
        self.put(key.removesuffix("release.json") + "bundle.zip", packed)
        return self.put(key, content)

    def put_once(self, key: str, content: bytes) -> str | None:
        newest = self._versions(key)[-1:] or [(self.put(key, content), content)]
        return next((version for version, found in newest if found == content), None)

    def _versions(self, key: str) -> list[tuple[str, bytes]]:
        return [(f"v{n}", content) for n, content in enumerate(self.objects.get(key, []), 1)]


class FakePipelines(Pipelines):
    """Artifacts by bucket and key; answers by job, of which each is taken once."""

    def __init__(self) -> None:
        self.artifacts: dict[tuple[str, str], bytes] = {}
        self.answers: dict[str, tuple[str, ...]] = {}
        self.variables: dict[str, str] = {}

    def go_on(self, job_id: str, deployment_id: str, summary: str) -> bool:
        return self._take(job_id, "go on", deployment_id, summary)

    def succeed(self, job_id: str, deployment_id: str, summary: str, **variables: str) -> bool:
        self.variables = variables
        return self._take(job_id, "succeed", deployment_id, summary)

    def fail(self, job_id: str, kind: str, message: str, deployment_id: str = "none") -> bool:
        return self._take(job_id, kind, deployment_id, message)

    def _take(self, job_id: str, *answer: str) -> bool:
        return self.answers.setdefault(job_id, answer) is answer

    @contextmanager
    def opened(self, artifact: Artifact) -> Iterator[BufferedIOBase]:
        yield io.BytesIO(self.artifacts[artifact.bucket, artifact.key])


class FakeImages(Images):
    """Platforms by digest of the images that are there."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, ...]] = {}

    def platforms(self, image: EcrImage) -> tuple[str, ...] | None:
        return self.known.get(image.digest)


class FakeQuotas(Quotas):
    """Room for Fargate tasks; not known unless a test says so."""

    def __init__(self) -> None:
        self.room: Room | None = None

    def fargate(self, *, now: float) -> Room:
        if self.room is None:
            raise NotKnown("CloudWatch tells of no vCPUs in use")
        return self.room


class FakeRegistrations(Registrations):
    """Registrations as the parameters' texts, by service."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def get(self, service: str) -> Registration:
        if service not in self.texts:
            raise ServiceUnknown(f"input.service: no service {service!r}")
        return Registration.from_json(self.texts[service])


class FakeExecutions(Executions):
    """Requests by machine and name, with how those ended that did; waits by token, with answers."""

    def __init__(self, waiting: tuple[str, ...] = ()) -> None:
        self.started: dict[tuple[str, str], dict[str, Any]] = {}
        self.ended: dict[tuple[str, str], Execution] = {}
        self.waiting = set(waiting)
        self.answers: dict[str, Any] = {}

    def end(self, state_machine_arn: str, name: str, status: str = "ABORTED", **why: str) -> None:
        """Have one that runs, or ran, end like this."""
        self.started.setdefault((state_machine_arn, name), {})
        request = self.started[state_machine_arn, name]
        self.ended[state_machine_arn, name] = Execution(name, status, request=request, **why)

    def start(self, state_machine_arn: str, name: str, request: dict[str, Any]) -> bool:
        key = (state_machine_arn, name)
        return self.started.setdefault(key, request) == request and key not in self.ended

    def described(self, state_machine_arn: str, name: str) -> Execution | None:
        key = (state_machine_arn, name)
        if key not in self.started:
            return None
        return self.ended.get(key, Execution(name, "RUNNING", request=self.started[key]))

    def succeed(self, token: str) -> bool:
        return self._ended(token, "{}")

    def fail(self, token: str, error: str, cause: str) -> bool:
        return self._ended(token, (error, cause))

    def _ended(self, token: str, answer: Any) -> bool:
        if token not in self.waiting:
            return False
        self.waiting.remove(token)
        self.answers[token] = answer
        return True


@dataclass
class EcsService:
    """One ECS service: its definition, its size, how many of its tasks run, and failed."""

    definition: TaskDefinition
    desired: int
    running: int
    deployments: int = 1
    failed: int = 0
    grace_seconds: int = 0
    told: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            "network": {"subnets": "subnet-1, subnet-2", "assignPublicIp": "DISABLED"},
            "platform_version": {"platformVersion": "LATEST"},
            "launch_type": {"launchType": "FARGATE", "capacityProviderStrategy": "[]"},
        }
    )


@dataclass
class FakeEcsFleets:
    """ECS services by ARN, every task definition registered, and what is told of stopped tasks."""

    services: dict[str, EcsService]
    templates: dict[str, TaskDefinition] = field(default_factory=dict)
    registered: list[TaskDefinition] = field(default_factory=list)
    told: tuple[str, ...] = ("none of its tasks was stopped",)
    platforms: dict[str, str] = field(default_factory=dict)
    vcpus: float | None = None

    def observe(self, fleet: Fleet) -> Observation:
        service = self._service(fleet)
        return Observation(
            revision=service.definition["taskDefinitionArn"],
            rollouts=service.deployments,
            running=service.running,
            desired=service.desired,
            failed=service.failed,
            told=copy.deepcopy(service.told),
        )

    def prepare(
        self, candidate: Fleet, release: Release, blueprint: Blueprint, *, size: int, grace: int
    ) -> str:
        service, known = self._service(candidate), {**self.templates, **self._registered()}
        wanted = known[blueprint.revision or blueprint.template]
        if blueprint.revision is None:
            wanted = task_definition_of(release, wanted, service.definition["family"])
        if blueprint.revision is not None:
            service.definition = wanted
        elif not is_same(service.definition, wanted):
            arn = f"arn:aws:ecs:task-definition/{wanted['family']}:{len(self.registered) + 2}"
            service.definition = {**wanted, "taskDefinitionArn": arn}
            self.registered.append(service.definition)
        service.desired, service.grace_seconds, service.failed = size, grace, 0
        return str(service.definition["taskDefinitionArn"])

    def platform(self, blueprint: Blueprint) -> str:
        return self.platforms.get(blueprint.revision or blueprint.template, "linux/amd64")

    def task_size(self, fleet: Fleet, release: Release, blueprint: Blueprint) -> TaskSize:
        if self.vcpus is None:
            raise NotKnown(f"{fleet.arn} does not run on Fargate on demand alone")
        return TaskSize(release.cpu / 1024 if release.cpu else self.vcpus, gb=1)

    def troubles(self, fleet: Fleet) -> tuple[str, ...]:
        if fleet.arn not in self.services:
            return ("what ended its tasks could not be read: no active ECS service",)
        return self.told

    def resize(self, fleet: Fleet, size: int, *, revision: str | None = None) -> None:
        service = self._service(fleet)
        service.desired = size
        if revision is not None:
            service.definition = next(
                other.definition
                for other in self.services.values()
                if other.definition["taskDefinitionArn"] == revision
            )

    def _registered(self) -> dict[str, TaskDefinition]:
        return {definition["taskDefinitionArn"]: definition for definition in self.registered}

    def _service(self, fleet: Fleet) -> EcsService:
        if fleet.arn not in self.services:
            raise FleetMissing(f"{fleet.arn}: no active ECS service")
        return self.services[fleet.arn]


@dataclass(frozen=True)
class FakeSecrets(Secrets):
    """Texts by name, and the names that were read."""

    texts: dict[str, str] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        self.read.append(name)
        if name not in self.texts:
            raise SecretUnusable(f"the secret {name} {WHAT_TO_DO['ResourceNotFoundException']}")
        if not VALUE.fullmatch(self.texts[name]):
            raise SecretUnusable(f"the secret {name} {UNFIT}")
        return self.texts[name]


@dataclass(frozen=True)
class FakeHttpProbe(HttpProbe):
    """Status and version, and the body, by path; one that is not there is not answered at all."""

    answers: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connected_to: set[str | None] = field(default_factory=set)
    methods: list[str] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)

    def ask_once(
        self,
        base_url: str,
        check: SmokeTest,
        *,
        version_header: str,
        connect_to: str | None,
        headers: Mapping[str, str],
    ) -> Answer:
        self.connected_to.add(connect_to)
        self.asked.append((base_url + check.path, dict(headers)))
        self.methods.append(check.method)
        if check.path not in self.answers:
            return Answer(check, 0, None, 0.0, "connection refused")
        body = self.bodies.get(check.path, b"")
        return Answer(check, *self.answers[check.path], 0.01, body=body)


class FakeRecords(Records):
    """Items by service and sort key."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, str | int]] = {}
        self.controls: list[Controlled] = []

    def write(self, entry: Entry) -> None:
        self.items.setdefault((entry.service, entry.sort_key), {}).update(entry.members)

    def production(self, service: str) -> Production | None:
        found = self.items.get((service, PRODUCTION))
        return Production(**{name: str(text) for name, text in found.items()}) if found else None

    def kept(self, service: str, deployment_id: str) -> Kept | None:
        item = self.items.get((service, deployment_key(deployment_id)), {})
        found = {n: json.loads(str(item[n])) for n in ("deployment", "sides") if n in item}
        return Kept(found["deployment"], found.get("sides")) if "deployment" in found else None

    def whole(self, service: str, deployment_id: str) -> dict[str, Any]:
        return dict(self.items.get((service, deployment_key(deployment_id)), {}))

    def failures(self, service: str, version: str) -> Iterator[Failure]:
        for (of, key), item in self.items.items():
            ending = str(item.get("standby_ending", item.get("ending")))
            if of == service and key.startswith(deployment_key(f"{service}-{version}-")):
                found = json.loads(str(item["deployment"]))
                if ending in FAILED:
                    yield Failure(found["id"], ending, revive(Release, found["release"]))

    def end(self, service: str, deployment_id: str, ended: Ended) -> None:
        item = self.items.setdefault((service, deployment_key(deployment_id)), {})
        if "ending" not in item:
            item.update(asdict(ended))

    def end_unsaid(self, unsaid: Unsaid, *, at: str) -> None:
        item = self.items.get((unsaid.service, deployment_key(unsaid.deployment_id)), {})
        of = "standby_" if unsaid.write is END_STANDBY_UNSAID else ""
        if "admitted_at" in item and f"{of}ending" not in item:
            ended = {"ending": unsaid.ending, "cause": unsaid.cause, "ended_at": at}
            item.update({f"{of}{name}": text for name, text in ended.items()})

    def last_two(self, service: str) -> tuple[Production | None, Production | None]:
        live = self.production(service)
        kept = self.kept(service, live.deployment_id) if live else None
        before = kept.sides and kept.sides.get("production") if kept else None
        return live, Production(**before) if before else None

    def keep_evidence(self, service: str, deployment_id: str, *, evidence: str, at: str) -> None:
        item = self.items.setdefault((service, deployment_key(deployment_id)), {})
        if "evidence" not in item:
            item.update(evidence=evidence, evidence_at=at)

    def keep_restored(self, service: str, deployment_id: str, *, since: str, at: str) -> None:
        item = self.items.get((service, deployment_key(deployment_id)), {})
        if "admitted_at" in item and "restored_at" not in item:
            item.update(first_shifted_at=since, restored_at=at)

    def keep_requester(self, service: str, deployment_id: str, by: str) -> bool:
        item = self.items.get((service, deployment_key(deployment_id)), {})
        if "admitted_at" in item:
            item["requested_by"] = by
        return "admitted_at" in item

    def add_control(self, made: Controlled) -> None:
        self.controls.append(made)

    def ran(self, service: str, version: str) -> Ran | None:
        found = self.items.get((service, release_key(version)), {}).get("ran")
        return revive(Ran, json.loads(str(found))) if found else None

    def keep_ran(self, ran: Ran) -> None:
        before = self.ran(ran.release.service, ran.release.version)
        if before is None or before.blueprint.revision != ran.blueprint.revision:
            key = (ran.release.service, release_key(ran.release.version))
            former = json.dumps(asdict(before)) if before else ""
            self.items[key] = {"ran": json.dumps(asdict(ran)), "former": former}

    def put_back(
        self, service: str, deployment_id: str, version: str, before: Production | None
    ) -> None:
        ran = self.ran(service, version)
        if ran is not None and ran.deployment_id == deployment_id:
            item = self.items[service, release_key(version)]
            item["ran"] = item["former"]
        found = self.production(service)
        if found is not None and found.deployment_id == deployment_id:
            self.items[service, PRODUCTION] = dict(asdict(before)) if before else {}


class FakeDecisions(Decisions):
    """What was decided, by deployment, the first of each state's entry."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}

    def append(self, moment: Moment, state: str, **decided: Any) -> None:
        key = moment.key(state)
        told = {"sk": key["sk"], "decision": json.dumps(decided)}
        self.items.setdefault((key["pk"], key["sk"]), decision_of(told))

    def of(self, deployment_id: str) -> Iterator[dict[str, Any]]:
        for (of, _), decision in sorted(self.items.items(), key=lambda item: item[0]):
            if of == decisions_key(deployment_id):
                yield decision


class FakeBus(Bus):
    """What was told; with an error code it takes nothing."""

    def __init__(self, error: str | None = None) -> None:
        self.told: list[Phase] = []
        self._error = error

    def tell(self, phases: Iterable[Phase]) -> None:
        if self._error:
            raise NotTold(f"1 events, the first for {self._error}")
        self.told.extend(phases)
