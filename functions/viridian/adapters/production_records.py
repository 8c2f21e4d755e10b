"""What is live, as a record in DynamoDB. The truth is the rule; this says who made it so."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.clients import client


@dataclass(frozen=True)
class ProductionRecords:
    """The production records of one table, one a service."""

    dynamodb: Any
    table: str

    @classmethod
    def from_session(cls, table: str) -> "ProductionRecords":
        """Records of the table, with a client of its own."""
        return cls(client("dynamodb"), table)

    def put(self, service: str, *, version: str, colour: str, deployment_id: str, at: str) -> None:
        """Write which release is live, on which colour, by which deployment, since when."""
        self.dynamodb.put_item(
            TableName=self.table,
            Item={
                "pk": {"S": f"SERVICE#{service}"},
                "sk": {"S": "PRODUCTION"},
                "version": {"S": version},
                "colour": {"S": colour},
                "deployment_id": {"S": deployment_id},
                "promoted_at": {"S": at},
            },
        )
