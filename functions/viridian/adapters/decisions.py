"""Keeps decisions in DynamoDB, and reads them; `core/decisions.py` says what an item holds."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from viridian.adapters.leases import Leases
from viridian.core.decisions import APPEND, Moment, decision_of, decisions_key


@dataclass(frozen=True)
class Decisions:
    """The decisions of one table."""

    dynamodb: Any
    table: str

    @classmethod
    def beside(cls, leases: Leases) -> "Decisions":
        """Those of the leases' table, by their client."""
        return cls(leases.dynamodb, leases.table)

    def append(self, moment: Moment, state: str, **decided: Any) -> None:
        """Keep what was decided; what an earlier try kept of the same state stays."""
        values = {
            ":service": {"S": moment.service},
            ":version": {"S": moment.deployment.version},
            ":decision": {"S": json.dumps(decided)},
            ":expires_at": {"N": str(moment.expires_at)},
        }
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={name: {"S": text} for name, text in moment.key(state).items()},
                UpdateExpression=APPEND.update,
                ConditionExpression=APPEND.condition,
                ExpressionAttributeValues=values,
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def of(self, deployment_id: str) -> Iterator[dict[str, Any]]:
        """All of a deployment, in their order."""
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": decisions_key(deployment_id)}},
            ConsistentRead=True,
        )
        read = TypeDeserializer().deserialize
        for page in pages:
            for item in page["Items"]:
                yield decision_of({name: read(value) for name, value in item.items()})
