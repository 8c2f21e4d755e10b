"""Leases in DynamoDB: the right to change one service's traffic.

One item a service holds all that must change together: the holder, its fence number, the alarms
it watches, the breach that closes its gate and the tokens of its waits. Every write is
conditional, so a write that comes twice or late changes nothing.
"""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.clients import client
from viridian.core.errors import CandidateBreached, FenceStale, LeaseHeld, LeaseReleased

Item = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Leases:
    """The lease items of one table."""

    dynamodb: Any
    table: str

    @classmethod
    def from_session(cls, table: str) -> "Leases":
        """Leases of the table, with a client of its own."""
        return cls(client("dynamodb"), table)

    def acquire(
        self, service: str, deployment_id: str, *, now: str, watched_alarms: tuple[str, ...]
    ) -> int:
        """Take the service's lease and return its fence, the last one plus 1.

        Asked again by the holder, returns the same fence. Raises LeaseHeld, naming the holder.
        """
        taken, item = self._update(
            service,
            "SET deployment_id = :id, acquired_at = :now, watched_alarms = :alarms, "
            "fence = if_not_exists(fence, :zero) + :one "
            "REMOVE breach, bake_token, steady_token, steady_fleet",
            "attribute_not_exists(deployment_id)",
            {
                ":id": {"S": deployment_id},
                ":now": {"S": now},
                ":alarms": _texts(watched_alarms),
                ":zero": {"N": "0"},
                ":one": {"N": "1"},
            },
        )
        holder = item["deployment_id"]["S"]
        if not taken and holder != deployment_id:
            raise LeaseHeld(
                f"{service}: {holder} holds the lease since {item['acquired_at']['S']}; "
                "wait for its end, then deploy again (if it no longer runs: docs/runbook.md)"
            )
        return int(item["fence"]["N"])

    def authorise_forward(
        self, service: str, fence: int, *, percent: int, watched_alarms: tuple[str, ...]
    ) -> None:
        """Record a forward move about to be made, and watch these alarms from now on.

        Raises FenceStale when the lease is another's, LeaseReleased when it is nobody's, and
        CandidateBreached when a breach is recorded.
        """
        done, item = self._update(
            service,
            "SET candidate_percent = :percent, watched_alarms = :alarms",
            "fence = :fence AND attribute_exists(deployment_id) AND attribute_not_exists(breach)",
            {
                ":percent": {"N": str(percent)},
                ":alarms": _texts(watched_alarms),
                ":fence": {"N": str(fence)},
            },
        )
        if not done:
            _require_fence(service, fence, item)
            _require_holder(service, item)
            raise CandidateBreached(item["breach"]["S"])

    def authorise_back(self, service: str, fence: int, *, breach: str | None) -> str | None:
        """Record a move back to live about to be made; a breach closes the gate to forward moves.

        Returns the breach that is recorded, the first one if there were more. Raises FenceStale
        when a newer deployment leads; a lease that is nobody's does not keep traffic from live.
        """
        closing = ", breach = if_not_exists(breach, :breach)" if breach else ""
        done, item = self._update(
            service,
            "SET candidate_percent = :percent" + closing,
            "fence = :fence",
            {
                ":percent": {"N": "0"},
                ":fence": {"N": str(fence)},
                **({":breach": {"S": breach}} if breach else {}),
            },
        )
        if not done:
            _require_fence(service, fence, item)
        return item["breach"]["S"] if "breach" in item else None

    def record_breach(self, service: str, alarm: str, breach: str) -> tuple[bool, str | None]:
        """Close the gate if a deployment watches this alarm.

        Returns whether one does, and the token of its bake when it waits.
        """
        watched, item = self._update(
            service,
            "SET breach = if_not_exists(breach, :breach)",
            "attribute_exists(deployment_id) AND contains(watched_alarms, :alarm)",
            {":breach": {"S": breach}, ":alarm": {"S": alarm}},
        )
        return watched, item["bake_token"]["S"] if watched and "bake_token" in item else None

    def steady_token(self, service: str, fleet: str) -> str | None:
        """The token of a wait for this fleet to be steady, if a deployment waits for it."""
        waiting, item = self._update(
            service,
            "SET steady_fleet = :fleet",
            "steady_fleet = :fleet AND attribute_exists(steady_token)",
            {":fleet": {"S": fleet}},
        )
        return item["steady_token"]["S"] if waiting else None

    def _update(self, service: str, update: str, condition: str, values: Item) -> tuple[bool, Item]:
        """Whether the condition held, and the item as it is now."""
        try:
            answer = self.dynamodb.update_item(
                TableName=self.table,
                Key={"pk": {"S": f"SERVICE#{service}"}, "sk": {"S": "LEASE"}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException as error:
            return False, error.response.get("Item", {})
        return True, answer["Attributes"]


def _texts(values: tuple[str, ...]) -> dict[str, Any]:
    return {"L": [{"S": value} for value in values]}


def _require_fence(service: str, fence: int, item: Item) -> None:
    found = item.get("fence", {}).get("N", "none")
    if found != str(fence):
        raise FenceStale(
            f"{service}: wanted fence {fence}, found {found}; another deployment leads"
        )


def _require_holder(service: str, item: Item) -> None:
    if "deployment_id" not in item:
        raise LeaseReleased(f"{service}: the lease was given back while this deployment ran")
