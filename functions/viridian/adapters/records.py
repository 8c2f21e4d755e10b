"""The records of deployments, and of what is live, in DynamoDB."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from boto3.session import Session

from viridian.adapters.clients import client
from viridian.core.control import MOST_RECORDED
from viridian.core.deployment import Ran
from viridian.core.document import LISTED
from viridian.core.lease import Write
from viridian.core.record import (
    ADD_CONTROL,
    END,
    FAILED,
    FORGET_RAN,
    KEEP_EVIDENCE,
    KEEP_RAN,
    KEEP_REQUESTER,
    KEEP_RESTORED,
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
from viridian.core.release.release import Release
from viridian.core.sides import Production
from viridian.core.values import members, revive


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
        self._update(entry.service, entry.sort_key, _setting(entry.members), entry.members)

    def production(self, service: str) -> Production | None:
        """What is recorded as live; None before the first promotion."""
        answer = self.dynamodb.get_item(
            TableName=self.table, Key=_key(service, PRODUCTION), ConsistentRead=True
        )
        found = {name: value["S"] for name, value in answer.get("Item", {}).items()}
        if "version" not in found:
            return None
        return Production(**{name: found.get(name, "") for name in members(Production)})

    def ran(self, service: str, version: str) -> Ran | None:
        """What was live under this version last; None where none was."""
        answer = self.dynamodb.get_item(
            TableName=self.table, Key=_key(service, release_key(version)), ConsistentRead=True
        )
        found = answer.get("Item", {}).get("ran", {"S": ""})["S"]
        return revive(Ran, json.loads(found)) if found else None

    def keep_ran(self, ran: Ran) -> None:
        """Keep what is live for the day when its version is asked for again."""
        values = {
            "ran": json.dumps(asdict(ran)),
            "deployment_id": ran.deployment_id,
            "revision": ran.blueprint.revision or "",
            "none": "",
        }
        key = release_key(ran.release.version)
        self._update_if(ran.release.service, key, KEEP_RAN, values)

    def kept(self, service: str, deployment_id: str) -> Kept | None:
        """What was admitted and inspected; None when nothing was."""
        answer = self.dynamodb.get_item(
            TableName=self.table,
            Key=_key(service, deployment_key(deployment_id)),
            ConsistentRead=True,
        )
        found = {
            name: json.loads(answer["Item"][name]["S"])
            for name in ("deployment", "sides")
            if name in answer.get("Item", {})
        }
        return Kept(found["deployment"], found.get("sides")) if "deployment" in found else None

    def whole(self, service: str, deployment_id: str) -> dict[str, Any]:
        """All that is kept of a deployment, as Python has it; nothing where nothing is."""
        answer = self.dynamodb.get_item(
            TableName=self.table,
            Key=_key(service, deployment_key(deployment_id)),
            ConsistentRead=True,
        )
        return _values(answer.get("Item", {}))

    def history(self, service: str, most: int | None = None) -> list[dict[str, Any]]:
        """The newest deployments of a service, or all, as Python has them, without what is large.

        They are keyed by their ids, which no time orders, so which are the newest is known once
        all of them were read. DynamoDB reads, and bills, each whole; what is left out is not sent.
        """
        names = {f"#{n}": name for n, name in enumerate(("sk", *LISTED))}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={
                f":{name}": value for name, value in _key(service, deployment_key("")).items()
            },
            ExpressionAttributeNames=names,
            ProjectionExpression=", ".join(names),
        )
        found = [_values(item) for page in pages for item in page["Items"]]
        newest = sorted(found, key=lambda record: record.get("admitted_at", ""), reverse=True)
        return newest[:most]

    def failures(self, service: str, version: str) -> Iterator[Failure]:
        """Deployments of a version that failed, of those that are named by it: what comes by an
        upload, a pipeline or an event is.
        """
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :named)",
            FilterExpression="ending IN (:a, :b) OR standby_ending = :c",
            ExpressionAttributeValues={
                ":pk": _key(service, "")["pk"],
                ":named": {"S": deployment_key(f"{service}-{version}-")},
                **{f":{n}": {"S": ending} for n, ending in zip("abc", FAILED, strict=True)},
            },
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                found = json.loads(item["deployment"]["S"])
                ending = item.get("standby_ending", item["ending"])["S"]
                yield Failure(found["id"], ending, revive(Release, found["release"]))

    def end(self, service: str, deployment_id: str, ended: Ended) -> None:
        """Record how a deployment ended, unless its own machine did."""
        self._update_if(service, deployment_key(deployment_id), END, asdict(ended))

    def end_unsaid(self, unsaid: Unsaid, *, at: str) -> None:
        """Record an ending that is missing; nothing where there is one, or no record."""
        values = {"ending": unsaid.ending, "cause": unsaid.cause, "ended_at": at}
        key = deployment_key(unsaid.deployment_id)
        self._update_if(unsaid.service, key, unsaid.write, values)

    def keep_evidence(self, service: str, deployment_id: str, *, evidence: str, at: str) -> None:
        """Keep what tells why a deployment failed, unless something is kept."""
        values = {"evidence": evidence, "at": at}
        self._update_if(service, deployment_key(deployment_id), KEEP_EVIDENCE, values)

    def keep_restored(self, service: str, deployment_id: str, *, since: str, at: str) -> None:
        """Keep how long clients met what was taken back, the first time that this was seen."""
        values = {"since": since, "at": at}
        self._update_if(service, deployment_key(deployment_id), KEEP_RESTORED, values)

    def keep_requester(self, service: str, deployment_id: str, by: str) -> bool:
        """Keep who asked for a deployment; False where there is no record of it."""
        key = deployment_key(deployment_id)
        try:
            self._update(service, key, KEEP_REQUESTER.update, {"by": by}, KEEP_REQUESTER.condition)
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def last_two(self, service: str) -> tuple[Production | None, Production | None]:
        """What is recorded as live, and what was live before it; None where it is not known."""
        live = self.production(service)
        kept = self.kept(service, live.deployment_id) if live else None
        before = kept.sides and kept.sides.get("production") if kept else None
        return live, revive(Production, before) if before else None

    def add_control(self, made: Controlled) -> None:
        """Append a control to those of its deployment, of which the first hundred are kept."""
        control = {"M": {name: {"S": text} for name, text in made.members.items()}}
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key=_key(made.service, deployment_key(made.deployment_id)),
                UpdateExpression=ADD_CONTROL.update,
                ConditionExpression=ADD_CONTROL.condition,
                ExpressionAttributeValues={
                    ":control": {"L": [control]},
                    ":same": control,
                    ":none": {"L": []},
                    ":most": {"N": str(MOST_RECORDED)},
                },
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def put_back(
        self, service: str, deployment_id: str, version: str, before: Production | None
    ) -> None:
        """Undo the record of this deployment's promotion; nothing where it has none."""
        self._update_if(service, release_key(version), FORGET_RAN, {"mine": deployment_id})
        values = asdict(before) if before else {}
        update = _setting(values) if before else "REMOVE " + ", ".join(members(Production))
        write = Write(update, "deployment_id = :mine")
        self._update_if(service, PRODUCTION, write, values | {"mine": deployment_id})

    def _update_if(
        self, service: str, sort_key: str, write: Write, values: Mapping[str, str | int]
    ) -> None:
        try:
            self._update(service, sort_key, write.update, values, write.condition)
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return

    def _update(
        self,
        service: str,
        sort_key: str,
        update: str,
        values: Mapping[str, str | int],
        condition: str | None = None,
    ) -> None:
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_key(service, sort_key),
            UpdateExpression=update,
            ExpressionAttributeValues={f":{name}": _typed(v) for name, v in values.items()},
            **({"ConditionExpression": condition} if condition else {}),
        )


def _values(item: Mapping[str, Any]) -> dict[str, Any]:
    """As Python has them; every number that is kept is a whole one."""
    read = TypeDeserializer().deserialize
    found = {name: read(value) for name, value in item.items()}
    return {name: int(v) if isinstance(v, Decimal) else v for name, v in found.items()}


def _setting(values: Mapping[str, str | int]) -> str:
    return "SET " + ", ".join(f"{name} = :{name}" for name in values)


def _key(service: str, sort_key: str) -> dict[str, Any]:
    return {"pk": {"S": f"SERVICE#{service}"}, "sk": {"S": sort_key}}


def _typed(value: str | int) -> dict[str, str]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
