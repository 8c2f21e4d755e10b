"""The phases of a deployment, as others are told of them: one event for each change.

They are read from what the table's items became, so nothing on the way of a deployment waits for
who is told, and what is kept is told sooner or later. One may come twice: `id` is the same then.
The schema grows by members; one that changes a member's meaning has another name.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

from viridian.core.document import report_key
from viridian.core.ending import ENDINGS
from viridian.core.event import TIME
from viridian.core.execution import NAME
from viridian.core.release.request import VERSION
from viridian.core.schema import Limits
from viridian.core.service.hooks import LONGEST_ASKED_SECONDS
from viridian.core.service.settings import SERVICE_NAME

SCHEMA = "viridian.phase/1"
SOURCE = "viridian"
DETAIL_TYPE = "Viridian Deployment Phase Changed"
LONGEST_CAUSE = 1_000
"""Characters; the record has the whole."""
DECIDED = {
    "PrepareCandidate": "preparing",
    "ShiftTraffic": "shifted",
    "Promote": "promoted",
    "VerifyRestored": "restored",
}
"""The decisions that begin a phase, by their states."""
MOMENTS = {"admitted_at": "admitted", "ended_at": "ended", "standby_ended_at": "standby_ended"}
"""And the members of a deployment's record that do."""
PHASES = (*MOMENTS.values(), *DECIDED.values(), "asked")
"""The last is told by the hook machine itself, since an answer is waited for."""


@dataclass(frozen=True)
class Phase:
    """A deployment has come to a phase. What a phase has nothing to say of is left out."""

    schema: Annotated[str, Limits(pattern=SCHEMA, hint=SCHEMA), "what these members mean"]
    id: Annotated[str, Limits(), "of this change, also where it is told twice"]
    phase: Annotated[str, Limits(pattern="|".join(PHASES), hint=", ".join(PHASES)), "the new one"]
    service: Annotated[str, SERVICE_NAME, "of which service"]
    deployment_id: Annotated[str, NAME, "of which deployment"]
    version: Annotated[str, VERSION, "the release's"]
    at: Annotated[str, TIME, "since when"]
    candidate_percent: Annotated[
        int | None, Limits(0, 100), "of the traffic, that the release has; what is asked is for it"
    ] = None
    ending: Annotated[
        str | None, Limits(pattern="|".join(ENDINGS), hint="an ending"), "how it ended"
    ] = None
    cause: Annotated[str | None, Limits(), "why it ended so, shortened"] = None
    production: Annotated[str | None, Limits(), "where that leaves production"] = None
    who_acts: Annotated[str | None, Limits(), "who is to do something about it, if anybody"] = None
    report: Annotated[str | None, Limits(), "key of its report in the artifact bucket"] = None
    key: Annotated[str | None, Limits(), "what is asked, as Approve is told"] = None
    point: Annotated[str | None, Limits(), "where on the way it is asked"] = None
    evidence: Annotated[str | None, Limits(), "what was seen until it was asked"] = None
    seconds: Annotated[
        int | None, Limits(1, LONGEST_ASKED_SECONDS), "within which an answer counts"
    ] = None

    @property
    def detail(self) -> dict[str, Any]:
        """As the event has it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Phase]:
    """The phases that an item's change tells, of its values before and after as Python has them.

    Before it was made it had none. Items that are of no deployment tell nothing.
    """
    if "decision" in new:
        yield from _decided(new)
    elif str(new["sk"]).startswith("DEPLOYMENT#"):
        for name, phase in MOMENTS.items():
            if name in new and new[name] != old.get(name):
                yield _moment(phase, str(new[name]), new)


def _decided(item: Mapping[str, Any]) -> Iterator[Phase]:
    at, _, state = str(item["sk"]).partition("#")
    if state in DECIDED and "version" in item:
        decided = json.loads(item["decision"])
        share = 100 if state == "Promote" else decided.get("after")
        yield _phase(DECIDED[state], at, item, item["pk"], candidate_percent=share)


def _moment(phase: str, at: str, record: Mapping[str, Any]) -> Phase:
    begun = _phase(phase, at, record, record["sk"])
    of = phase.removesuffix("ended")
    if of == phase:
        return begun
    ending = str(record[f"{of}ending"])
    return replace(
        begun,
        ending=ending,
        cause=str(record.get(f"{of}cause", ""))[:LONGEST_CAUSE] or None,
        production=ENDINGS[ending].production,
        who_acts=ENDINGS[ending].who_acts,
        report=report_key(begun.service, begun.deployment_id),
    )


def _phase(phase: str, at: str, item: Mapping[str, Any], key: Any, **told: Any) -> Phase:
    """Of an item that names its service by its partition, or by a member."""
    deployment_id = str(key).removeprefix("DEPLOYMENT#")
    service = str(item.get("service") or str(item["pk"]).removeprefix("SERVICE#"))
    change, version = f"{deployment_id}/{phase}/{at}", str(item["version"])
    return Phase(SCHEMA, change, phase, service, deployment_id, version, at, **told)
