"""The records of deployments, and of what is live, in DynamoDB."""

from dataclasses import dataclass
from typing import Any

from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.record import Entry


@dataclass(frozen=True)
class Records:
    """The records of one table; `core/record.py` says what they hold."""

    dynamodb: Any
    table: str

    @classmethod
    def from_session(cls, table: str, session: Session | None = None) -> "Records":
        """Records of the table, with a client of their own."""
        return cls(client("dynamodb", session), table)

    def write(self, entry: Entry) -> None:
        """Set the entry's members in its item."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key={"pk": {"S": f"SERVICE#{entry.service}"}, "sk": {"S": entry.sort_key}},
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in entry.members),
            ExpressionAttributeValues={f":{n}": _typed(v) for n, v in entry.members.items()},
        )


def _typed(value: str | int) -> dict[str, str]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
