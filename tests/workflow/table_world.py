"""A world with a table: what the machine itself writes there, and what the adapter then finds.

The states that call DynamoDB run on moto with their arguments as the interpreter evaluated them;
the lease's other reads and writes are the adapter's own.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from sfnx.testing import Call, Failure

from tests.workflow.conftest import DEPLOYMENT, SIDES, WELL, World, lambda_failure
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.errors import ViridianError
from viridian.core.lease import GIVE_BACK, Holder, Lease, lease_key
from viridian.core.record import Ended

KEY = {name: {"S": value} for name, value in lease_key("shop").items()}
TABLE = {"${TableName}": "deployments"}
NOW = "2026-11-01T12:00:00.000Z"
ALARM = "shop-green-5xx"
BREACH = "shop-green-5xx went into ALARM at 12:00: 11 > 10"
TOKEN = "token"
"""The token of every wait in this interpreter."""


class TableWorld(World):
    """A world whose lease is an item of a table; things may happen before and during a state.

    `stored` are the states whose writes the table took; `bake_token` and `steady_token` are what
    an alarm and a steady fleet found there, and only the wait's own token ends the wait.
    """

    def __init__(self, dynamodb: Any) -> None:
        super().__init__()
        self.dynamodb = dynamodb
        self.leases = Leases(dynamodb, TABLE["${TableName}"])
        self.before: dict[str, Event] = {}
        self.during: dict[str, Event] = {}
        self.stored: list[str] = []
        self.direct_writes = 0
        self.bake_token: str | None = None
        self.steady_token: str | None = None

    def item(self, sort_key: str | None = None) -> dict[str, Any]:
        """A record of the service, its lease unless one is named."""
        record = {"pk": {"S": "SERVICE#shop"}, "sk": {"S": sort_key or ""}}
        key = record if sort_key else KEY
        return dict(self.dynamodb.get_item(TableName=self.leases.table, Key=key).get("Item", {}))

    def _task(self, call: Call) -> Any:
        self.before.pop(call.state, nothing_happens)(self)
        if ":aws-sdk:dynamodb:" in call.resource:
            self._write(call)
            self.during.pop(call.state, nothing_happens)(self)
        try:
            return super()._task(call)
        except ViridianError as error:
            raise lambda_failure(type(error).__name__, str(error)) from error

    def _write(self, call: Call) -> None:
        arguments: Any = call.arguments
        assert ":updateItem" in call.resource
        try:
            self.dynamodb.update_item(**{**arguments, "TableName": TABLE[arguments["TableName"]]})
        except ClientError as error:
            answer = error.response["Error"]
            raise Failure(f"DynamoDb.{answer['Code']}", answer["Message"]) from error
        self.stored.append(call.state)

    def _acquire_lease(self, arguments: dict[str, Any]) -> Any:
        payload = arguments["Payload"]
        return {"fence": acquire(self, payload["deployment_id"], payload["now"])}

    def _check_candidate(self, arguments: dict[str, Any]) -> Any:
        self.leases.get("shop").require_open(holder(arguments))
        return WELL["CheckCandidate"]

    def _await_candidate(self, _arguments: dict[str, Any]) -> Any:
        if self.steady_token == TOKEN:
            return {}
        raise Failure("States.Timeout")

    def _prepare_candidate(self, arguments: dict[str, Any]) -> Any:
        self._lease.require_open(holder(arguments))
        self.sizes["green"] = "whole"
        return WELL["PrepareCandidate"]

    def _watch_standby(self, arguments: dict[str, Any]) -> Any:
        self._lease.require_own(holder(arguments))
        return WELL["WatchStandby"]

    def _retire_standby(self, arguments: dict[str, Any]) -> Any:
        self._lease.require_open(holder(arguments))
        return super()._retire_standby(arguments)

    def _retire_candidate(self, arguments: dict[str, Any]) -> Any:
        self._lease.require_own(holder(arguments))
        return super()._retire_candidate(arguments)

    def _prove_direct_way_back(self, arguments: dict[str, Any]) -> Any:
        assert arguments["RuleArn"] == SIDES["rule_arn"]
        self.direct_writes += 1
        return {}

    def _restore_traffic_directly(self, arguments: dict[str, Any]) -> Any:
        self._prove_direct_way_back(arguments)
        return super()._restore_traffic_directly(arguments)

    @property
    def _lease(self) -> Lease:
        return self.leases.get("shop")

    def _shift_traffic(self, arguments: dict[str, Any]) -> Any:
        self._go_forward(arguments, arguments["Payload"]["step"]["percent"])
        return super()._shift_traffic(arguments)

    def _promote(self, arguments: dict[str, Any]) -> Any:
        self.leases.open_standby(holder(arguments), watched_alarms=(ALARM,))
        return WELL["Promote"]

    def _go_forward(self, arguments: dict[str, Any], percent: int) -> None:
        self.leases.authorise_forward(
            holder(arguments), percent=percent, watched_alarms=(ALARM,), now=0
        )

    def _bake(self, _arguments: dict[str, Any]) -> Any:
        if self.bake_token == TOKEN:
            raise Failure("CandidateBreached", BREACH)
        raise Failure("States.Timeout")

    def _restore_traffic(self, arguments: dict[str, Any]) -> Any:
        breach = arguments["Payload"]["breach"]
        recorded = self.leases.authorise_back(holder(arguments), breach=breach)
        return {**super()._restore_traffic(arguments), "breach": recorded}

    _soak = _bake

    def _verify_restored(self, arguments: dict[str, Any]) -> Any:
        if self.percent:
            raise lambda_failure("SplitNotApplied", f"wanted 0, found {self.percent}")
        self.leases.mark_whole(holder(arguments))
        return super()._verify_restored(arguments)

    def _release_lease(self, _arguments: dict[str, Any]) -> Any:
        return {}


def holder(arguments: dict[str, Any]) -> Holder:
    payload = arguments["Payload"]
    return Holder("shop", payload["deployment_id"], payload["fence"])


Event = Callable[[TableWorld], None]


def nothing_happens(_world: TableWorld) -> None: ...


def an_alarm_fires(world: TableWorld) -> None:
    is_watched, world.bake_token = world.leases.record_breach("shop", ALARM, BREACH, seen_at=0)
    assert is_watched


def the_fleet_gets_steady(world: TableWorld) -> None:
    world.steady_token = world.leases.get("shop").waits.get(SIDES["candidate"]["fleet"]["arn"])


def a_hook_is_asked_and_answers(world: TableWorld) -> None:
    world.leases.ask(Holder("shop", DEPLOYMENT["id"], 1), "load", {"asked_at": 0})
    found = world.leases.answer("shop", DEPLOYMENT["id"], "load", verdict="pass", said="fine")
    assert (found.hooks["load"]["verdict"], found.unheard) == ("pass", True)


def nobody_holds_it(world: TableWorld) -> None:
    """As the runbook gives a lease back by hand."""
    world.dynamodb.update_item(
        TableName=world.leases.table,
        Key=KEY,
        UpdateExpression=GIVE_BACK.update,
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def another_holds_it(world: TableWorld) -> None:
    """As the next deployment takes it once a person made traffic whole."""
    nobody_holds_it(world)
    world.leases.mark_whole(Holder("shop", DEPLOYMENT["id"], 0))
    acquire(world, "another")


def its_fence_has_grown(world: TableWorld) -> None:
    """As a deployment of the same name takes it after that."""
    nobody_holds_it(world)
    world.leases.mark_whole(Holder("shop", DEPLOYMENT["id"], 0))
    acquire(world, DEPLOYMENT["id"])


def the_guardian_takes_over(world: TableWorld) -> None:
    """As it does when an execution of the deployment was stopped."""
    held = world.leases.get("shop")
    found = Holder("shop", DEPLOYMENT["id"], held.fence)
    fence = world.leases.take_over(found, breach="stopped")
    assert fence == held.fence + 1
    ended = Ended("DeploymentStopped", "stopped", fence, NOW)
    Records(world.dynamodb, world.leases.table).end("shop", DEPLOYMENT["id"], ended)


def acquire(world: TableWorld, deployment_id: str, now: str = NOW) -> int:
    return world.leases.acquire("shop", deployment_id, now=now, watched_alarms=())
