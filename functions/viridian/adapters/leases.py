"""Leases in DynamoDB, and the stop of everything; `core/lease.py` and `core/hold.py` say what an
item holds and who may write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from viridian.adapters.clients import client
from viridian.core.hold import GO, STOP, STOP_KEY, Stop
from viridian.core.lease import (
    ACQUIRE,
    ANSWER,
    ASK,
    AUTHORISE_BACK,
    AUTHORISE_BACK_FROM_BREACH,
    AUTHORISE_FORWARD,
    CLOSE_STANDBY,
    END_TURN,
    HEAR,
    IN_USE,
    OPEN_STANDBY,
    RECORD_BREACH,
    RECORD_CHANGE,
    TAKE_OVER,
    TAKE_OVER_STANDBY,
    WHOLE,
    Holder,
    Lease,
    Write,
    lease_key,
)


@dataclass(frozen=True)
class Leases:
    """The lease items of one table."""

    dynamodb: Any
    table: str

    @classmethod
    def from_session(cls, table: str, session: boto3.Session | None = None) -> "Leases":
        """Leases of the table, with a client of its own."""
        return cls(client("dynamodb", session), table)

    def get(self, service: str) -> Lease:
        """The service's lease as it is now."""
        answer = self.dynamodb.get_item(
            TableName=self.table, Key=_typed(lease_key(service)), ConsistentRead=True
        )
        return _lease(service, answer.get("Item", {}))

    def in_use(self) -> list[Lease]:
        """Every lease that somebody holds or waits for, by its service's name."""
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            FilterExpression=IN_USE,
            ExpressionAttributeValues=_typed({":pk": lease_key("")["pk"], ":zero": 0}),
            ConsistentRead=True,
        )
        return [
            _lease(item["sk"]["S"].removeprefix(lease_key("")["sk"]), item)
            for page in pages
            for item in page["Items"]
        ]

    def acquire(
        self, service: str, deployment_id: str, *, now: str, watched_alarms: tuple[str, ...]
    ) -> int:
        """Take the service's lease and return its fence, the last one plus 1.

        Asked again by the holder, returns the same fence. Raises LeaseHeld, naming the holder.
        """
        values = {":id": deployment_id, ":now": now, ":alarms": watched_alarms}
        empty: dict[str, Any] = {":none": {}, ":nobody": {}, ":unasked": {}}
        fixed = {":phase": "deploying", ":one": 1, ":zero": 0} | empty
        lease = self._write(service, ACQUIRE, values | fixed)
        lease.require_held_by(deployment_id)
        return lease.fence

    def authorise_forward(
        self, holder: Holder, *, percent: int, watched_alarms: tuple[str, ...], now: float
    ) -> None:
        """Record a forward move about to be made, and watch these alarms from now on.

        Raises FenceStale when the lease is another's, LeaseReleased when it is nobody's,
        CandidateBreached when a breach is recorded, and DeploymentPaused when it is paused; a move
        that was allowed before the pause is finished.
        """
        values = {":percent": percent, ":alarms": watched_alarms, ":now": int(now)}
        lease = self._write_own(holder, AUTHORISE_FORWARD, values)
        lease.require_forward(holder, is_allowed=lease.candidate_percent == percent)

    def open_standby(self, holder: Holder, *, watched_alarms: tuple[str, ...]) -> None:
        """Record that the candidate has all traffic and is proven; raises as a forward move."""
        values = {":percent": 100, ":alarms": watched_alarms, ":phase": "standby"}
        lease = self._write_own(holder, OPEN_STANDBY, values)
        lease.require_forward(holder, is_allowed=lease.phase == "standby")

    def close_standby(self, service: str) -> str | None:
        """Have a standby that is not paused end early; return the token of its wait, if any."""
        values = {":phase": "closing", ":standby": "standby"}
        lease = self._write(service, CLOSE_STANDBY, values)
        return lease.watch if lease.phase == "closing" else None

    def authorise_back(self, holder: Holder, *, breach: str | None) -> str | None:
        """Record a move back to live about to be made; a breach closes the gate to forward moves.

        Returns the breach that is recorded, the first one if there were more. Raises FenceStale
        when another leads, or nobody while traffic is whole.
        """
        write = AUTHORISE_BACK_FROM_BREACH if breach else AUTHORISE_BACK
        values: dict[str, Any] = {":zero": 0} | ({":breach": breach} if breach else {})
        lease = self._write_own(holder, write, values)
        lease.require_may_restore(holder)
        return lease.breach

    def mark_whole(self, holder: Holder) -> Lease:
        """Record that the traffic that this deployment split was seen on one side again."""
        return self._write(holder.service, WHOLE, {":id": holder.deployment_id, ":zero": 0})

    def take_over(self, holder: Holder, *, breach: str | None) -> int | None:
        """Raise the fence of a holder that does not run any more, and close the gate by a breach.

        Returns the new fence, also when another guardian raised it from the same one: what both
        then start is one execution. None when the lease was released or held meanwhile, or when a
        breach was recorded and this brings none.
        """
        write = TAKE_OVER if breach else TAKE_OVER_STANDBY
        values = {":held": "held", ":one": 1} | ({":breach": breach} if breach else {})
        lease = self._write_own(holder, write, values)
        is_taken = (lease.deployment_id, lease.fence) == (holder.deployment_id, holder.fence + 1)
        return lease.fence if is_taken else None

    def record_breach(
        self, service: str, alarm: str, breach: str, *, seen_at: int
    ) -> tuple[bool, str | None]:
        """Close the gate if a deployment watches this alarm, and what it saw is not from before.

        Returns whether one does, and the token of its bake or soak when it waits.
        """
        values = {":breach": breach, ":alarm": alarm, ":seen_at": seen_at}
        lease = self._write(service, RECORD_BREACH, values)
        return (True, lease.watch) if lease.watches(alarm, seen_at=seen_at) else (False, None)

    def record_change(self, service: str, by: str) -> str | None:
        """Keep who wrote the rule; the token of its wait if that is news to whoever waits."""
        is_news, item = self._update(lease_key(service), RECORD_CHANGE, {":by": by})
        lease = _lease(service, item)
        return lease.watch if is_news and lease.paused is None else None

    def change(self, seen: Lease, write: Write, values: Mapping[str, Any]) -> tuple[bool, Lease]:
        """A person's write, made if its holder and phase are still as seen; the lease as it is."""
        own = {":id": seen.deployment_id, ":fence": seen.fence, ":phase": seen.phase}
        is_made, item = self._update(lease_key(seen.service), write, {**values, **own})
        return is_made, _lease(seen.service, item)

    def hear(self, holder: Holder, lease: Lease) -> Lease:
        """The lease as it is once all that was said by now counts as heard; as given if nothing
        was.
        """
        return self._write_own(holder, HEAR, {}) if lease.unheard else lease

    def ask(self, holder: Holder, hook: str, asked: Mapping[str, Any]) -> Lease:
        """Keep what is asked, unless it was; the lease as it is. Raises as a forward move."""
        own = {":id": holder.deployment_id, ":fence": holder.fence, ":asked": asked}
        item = self._update(lease_key(holder.service), ASK, own, {"#hook": hook})[1]
        lease = _lease(holder.service, item)
        lease.require_open(holder)
        return lease

    def answer(
        self, service: str, deployment_id: str, hook: str, *, verdict: str, said: str
    ) -> Lease:
        """Keep the answer if it is the first to what is asked there; the lease as it is."""
        values = {":id": deployment_id, ":verdict": verdict, ":said": said, ":true": True}
        return _lease(service, self._update(lease_key(service), ANSWER, values, {"#hook": hook})[1])

    def end_turn(self, service: str, turn: str) -> None:
        """Who waited under this turn waits no more."""
        self._update(lease_key(service), END_TURN, {}, {"#turn": turn})

    def stop(self) -> Stop | None:
        """The stop of everything, while it lasts."""
        answer = self.dynamodb.get_item(
            TableName=self.table, Key=_typed(STOP_KEY), ConsistentRead=True
        )
        return Stop.from_item(_values(answer.get("Item", {})))

    def stop_all(self, stop: Stop) -> bool:
        """Stop everything; False when it was stopped before, and that stop stays."""
        return self._update(STOP_KEY, STOP, stop.values())[0]

    def go(self, told: Stop) -> bool:
        """End the stop of everything, as this says; False when there was none."""
        return self._update(STOP_KEY, GO, told.values())[0]

    def _write_own(self, holder: Holder, write: Write, values: Mapping[str, Any]) -> Lease:
        own = {":id": holder.deployment_id, ":fence": holder.fence}
        return self._write(holder.service, write, {**values, **own})

    def _write(self, service: str, write: Write, values: Mapping[str, Any]) -> Lease:
        """The lease after the write, or as it was found when it is not one that allows it."""
        return _lease(service, self._update(lease_key(service), write, values)[1])

    def _update(
        self,
        key: Mapping[str, str],
        write: Write,
        values: Mapping[str, Any],
        names: Mapping[str, str] | None = None,
    ) -> tuple[bool, Mapping[str, Any]]:
        """Whether its condition held, and the item as it is now."""
        named = {
            **({"ExpressionAttributeValues": _typed(values)} if values else {}),
            **({"ExpressionAttributeNames": names} if names else {}),
        }
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key=_typed(key),
                UpdateExpression=write.update,
                ConditionExpression=write.condition,
                **named,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            return False, error.response.get("Item", {})
        return True, answer["Attributes"]


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in values.items()}


def _values(item: Mapping[str, Any]) -> dict[str, Any]:
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}


def _lease(service: str, item: Mapping[str, Any]) -> Lease:
    return Lease.from_item(service, _values(item))
