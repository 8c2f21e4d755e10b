"""Leases in DynamoDB; `core/lease.py` says what an item holds and who may write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from viridian.adapters.clients import client
from viridian.core.lease import (
    ACQUIRE,
    AUTHORISE_BACK,
    AUTHORISE_BACK_FROM_BREACH,
    AUTHORISE_FORWARD,
    RECORD_BREACH,
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

    def acquire(
        self, service: str, deployment_id: str, *, now: str, watched_alarms: tuple[str, ...]
    ) -> int:
        """Take the service's lease and return its fence, the last one plus 1.

        Asked again by the holder, returns the same fence. Raises LeaseHeld, naming the holder.
        """
        values = {":id": deployment_id, ":now": now, ":alarms": watched_alarms}
        lease = self._write(service, ACQUIRE, {**values, ":none": {}, ":one": 1})
        lease.require_free_for(deployment_id)
        return lease.fence

    def authorise_forward(
        self, service: str, fence: int, *, percent: int, watched_alarms: tuple[str, ...]
    ) -> None:
        """Record a forward move about to be made, and watch these alarms from now on.

        Raises FenceStale when the lease is another's, LeaseReleased when it is nobody's, and
        CandidateBreached when a breach is recorded.
        """
        values = {":percent": percent, ":alarms": watched_alarms, ":fence": fence}
        self._write(service, AUTHORISE_FORWARD, values).require_open(fence)

    def authorise_back(self, service: str, fence: int, *, breach: str | None) -> str | None:
        """Record a move back to live about to be made; a breach closes the gate to forward moves.

        Returns the breach that is recorded, the first one if there were more. Raises FenceStale
        when a newer deployment leads; a lease that is nobody's does not keep traffic from live.
        """
        values: dict[str, Any] = {":percent": 0, ":fence": fence}
        write = AUTHORISE_BACK_FROM_BREACH if breach else AUTHORISE_BACK
        lease = self._write(service, write, values | ({":breach": breach} if breach else {}))
        lease.require_fence(fence)
        return lease.breach

    def record_breach(self, service: str, alarm: str, breach: str) -> tuple[bool, str | None]:
        """Close the gate if a deployment watches this alarm.

        Returns whether one does, and the token of its bake when it waits.
        """
        lease = self._write(service, RECORD_BREACH, {":breach": breach, ":alarm": alarm})
        return (True, lease.bake) if lease.watches(alarm) else (False, None)

    def _write(self, service: str, write: Write, values: Mapping[str, Any]) -> Lease:
        """The lease after the write, or as it was found when it is not one that allows it."""
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key=_typed(lease_key(service)),
                UpdateExpression=write.update,
                ConditionExpression=write.condition,
                ExpressionAttributeValues=_typed(values),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            return _lease(service, error.response.get("Item", {}))
        return _lease(service, answer["Attributes"])


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in values.items()}


def _lease(service: str, item: Mapping[str, Any]) -> Lease:
    deserialize = TypeDeserializer().deserialize
    return Lease.from_item(service, {name: deserialize(value) for name, value in item.items()})
