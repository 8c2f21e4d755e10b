"""What the automation's table holds, read for people: leases, records, and what is live."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from viridian.core.hold import STOP_KEY, Stop
from viridian.core.lease import Lease, lease_key
from viridian.core.record import PRODUCTION, deployment_key

LARGE = ("deployment", "sides", "evidence")
"""Members of a record that are JSON, and most of its size."""
SHORT = (
    *("sk", "version", "asked_at", "admitted_at", "requested_by", "controls"),
    *("first_shifted_at", "restored_at"),
    *("ending", "cause", "ended_at", "standby_ending", "standby_cause", "standby_ended_at"),
)
"""The others."""

Item = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """`core/lease.py` and `core/record.py` say what its items hold."""

    dynamodb: Any
    name: str

    def lease(self, service: str) -> Lease:
        """A service's lease. `waits` and `turns` hold tokens: whoever has one can end a wait."""
        return Lease.from_item(service, self._item(lease_key(service)) or {})

    def stop(self) -> Stop | None:
        """The stop of everything, while it lasts."""
        return Stop.from_item(self._item(STOP_KEY) or {})

    def production(self, service: str) -> Item | None:
        """What is recorded as live; None before the first promotion, or when that was undone."""
        found = self._item(_key(service, PRODUCTION)) or {}
        return found if "version" in found else None

    def record(self, service: str, deployment_id: str) -> Item | None:
        """What is kept of a deployment; None of one that was not admitted."""
        found = self._item(_key(service, deployment_key(deployment_id)))
        return _parsed(found) if found else None

    def records(self, service: str) -> list[Item]:
        """All of a service's deployments, the newest first, without what is large: they are keyed
        by their ids, so which are the newest is known once all were read.
        """
        names = {f"#{n}": name for n, name in enumerate(SHORT)}
        key = {f":{name}": value for name, value in _key(service, deployment_key("")).items()}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=_typed(key),
            ExpressionAttributeNames=names,
            ProjectionExpression=", ".join(names),
        )
        found = [_parsed(_values(item)) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda record: record.get("admitted_at", ""), reverse=True)

    def _item(self, key: Mapping[str, str]) -> Item | None:
        answer = self.dynamodb.get_item(TableName=self.name, Key=_typed(key), ConsistentRead=True)
        return _values(answer["Item"]) if "Item" in answer else None


def _key(service: str, sort_key: str) -> dict[str, str]:
    return {"pk": f"SERVICE#{service}", "sk": sort_key}


def _parsed(record: Item) -> Item:
    """A record with its id, and what is JSON in it read."""
    large = {name: json.loads(record[name]) for name in LARGE if name in record}
    return {**record, **large, "id": record["sk"].removeprefix(deployment_key(""))}


def _typed(values: Mapping[str, str]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in values.items()}


def _values(item: Mapping[str, Any]) -> Item:
    """As Python has them; every number that is kept is a whole one."""
    deserialize = TypeDeserializer().deserialize
    found = {name: deserialize(value) for name, value in item.items()}
    return {name: int(v) if isinstance(v, Decimal) else v for name, v in found.items()}
