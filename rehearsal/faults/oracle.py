"""The oracle: what must hold after any fault, whatever it was. Knows facts only.

Traffic is whole, on a side that can carry it; nobody was answered by an unproven side after the
restore; no lease, breach or token is left, but where a person must act, who was then told; the
record says what happened; clients lost nothing that no dying task cost them.
"""

from collections.abc import Iterator

from rehearsal.faults.facts import Execution, Facts
from viridian.core.message import NOBODY_S

SIZE, RESTING = 2, 1
SETTLING_SECONDS = 0.3
"""After a restore was verified: requests that were on their way."""
DYING_SECONDS = 10.0
"""How long a killed task may cost clients answers: until its target is out."""
HELD_ENDINGS = ("RestoreHeld", "RestoreUnverified")
UNTOUCHED = ("RequestRejected", "DeploymentRefused", "PreflightFailed", "CandidateRejected")
UNSEEING = ("RecordEnding", "ReleaseLease", "HoldLease", "PageOperators")
"""States that look at no rule, and after which none does; a standby that follows does."""
UNDONE = ("StandbyRestored", "DeploymentStopped")
OF_A_HOLDER = ("deployment_id", "phase", "acquired_at", "watched_alarms", "breach", "waits")


def complaints(facts: Facts) -> list[str]:
    """What does not hold, in words; nothing is well."""
    of_the_traffic = () if is_a_person_s(facts) else (_traffic, _answers, _production, _scaling)
    return [
        *_executions(facts),
        *(said for looked in of_the_traffic for said in looked(facts)),
        *_clients(facts),
        *_lease(facts),
        *_record(facts),
        *_pages(facts),
    ]


def is_a_person_s(facts: Facts) -> bool:
    """Whether the traffic is left to a person: held for one, or moved by one, and the deployment
    touched nothing or had had its last look.
    """
    is_untouched = all(ending in UNTOUCHED for ending in endings(facts))
    is_moved = facts.moved_in is not None
    return _is_held(facts) or (is_moved and (is_untouched or facts.moved_in in UNSEEING))


def notes(facts: Facts) -> list[str]:
    """What costs money and nothing else: no fault, but worth to be seen."""
    found = [max(f.desired, f.least) for f in facts.sides.values() if not f.weight]
    return [f"the idle side was left at {n} tasks" for n in found if n > RESTING]


def endings(facts: Facts) -> list[str]:
    """How each execution ended."""
    return [execution.ending for execution in facts.executions]


def promoted(facts: Facts) -> list[Execution]:
    """Executions that made a release live, or let its former live go, and were not undone."""
    undone = {e.name for e in facts.executions if e.machine == "standby" and e.ending in UNDONE}
    undone |= {n for n, r in facts.records.items() if r.get("standby_ending") in UNDONE}
    return [
        e
        for e in facts.executions
        if e.ending in ("DeploymentPromoted", "StandbyRetired")
        and not any(name.startswith(e.name) for name in undone)
    ]


def _executions(facts: Facts) -> Iterator[str]:
    for execution in facts.executions:
        if execution.status == "RUNNING":
            yield f"{execution.machine} still runs, in {execution.visits[-1][0]}"
        if execution.error.startswith("States."):
            yield f"{execution.machine} broke: {execution.error} {execution.cause[:200]}"


def _traffic(facts: Facts) -> Iterator[str]:
    if len(facts.serving) != 1:
        weights = {colour: fleet.weight for colour, fleet in facts.sides.items()}
        yield f"traffic is split: {weights}"
        return
    [colour] = facts.serving
    fleet = facts.sides[colour]
    if fleet.healthy < SIZE:
        yield f"{colour} serves with {fleet.healthy} healthy of {SIZE}"
    if fleet.desired < SIZE:
        yield f"{colour} serves and was shrunk to {fleet.desired}"


def _scaling(facts: Facts) -> Iterator[str]:
    """Where the idle side could not be retired, both stay as they are: that costs money alone."""
    if any(not f.weight and (f.is_free or f.least > RESTING) for f in facts.sides.values()):
        return
    for colour in facts.serving:
        fleet = facts.sides[colour]
        if (fleet.least, fleet.is_free) != (SIZE, True):
            yield f"auto scaling is left pinned on {colour}, at {fleet.least} at least"


def _clients(facts: Facts) -> Iterator[str]:
    lost = [
        answer
        for answer in facts.answers
        if answer.has_failed
        and not _is_of_the_dying(facts, answer.sent_at)
        and not (facts.is_bad and answer.version in facts.candidate_versions)
        and not (facts.moved_in and answer.version not in _deployed(facts))
    ]
    if lost:
        yield f"{len(lost)} requests failed, {lost[0].status} first"


def _deployed(facts: Facts) -> tuple[str, ...]:
    """Versions that a deployment gives traffic to: what else the idle side has, a person chose."""
    return (facts.former_version, *facts.candidate_versions)


def _answers(facts: Facts) -> Iterator[str]:
    if facts.is_bad and promoted(facts):
        yield "a bad release was promoted"
    if facts.is_unhurt and not promoted(facts):
        yield "a good release was turned back"
    back = [t for e in facts.executions for s, t in e.visits if s == "DrainCandidate"]
    if back and not promoted(facts):
        late = [
            a
            for a in facts.answers
            if a.version in facts.candidate_versions and a.sent_at > min(back) + SETTLING_SECONDS
        ]
        if late:
            after = late[-1].sent_at - min(back)
            yield f"{len(late)} answers of the candidate after the restore, the last {after:.1f} s"
    wanted = facts.candidate_versions if promoted(facts) else (facts.former_version,)
    last = facts.answers[-1].version if facts.answers else "nobody"
    if last not in wanted:
        yield f"{last} answers, wanted {' or '.join(wanted)}"


def _is_of_the_dying(facts: Facts, sent_at: float) -> bool:
    killed = facts.killed_at
    return killed is not None and killed - 1 <= sent_at <= killed + DYING_SECONDS


def _is_held(facts: Facts) -> bool:
    """By the last word of each: of an execution that was stopped only the record has one."""
    said = {r.get("standby_ending") or r.get("ending") for r in facts.records.values()}
    last = {e.ending for e in facts.executions if not _is_taken_over(facts, e)}
    return any(ending in HELD_ENDINGS for ending in said | last)


def _is_taken_over(facts: Facts, execution: Execution) -> bool:
    """Whether the guardian went on for it: what it says when it is redriven is not recorded."""
    return any(e.name.startswith(f"{execution.name}-guardian-") for e in facts.executions)


def _lease(facts: Facts) -> Iterator[str]:
    lease = facts.lease
    if _is_held(facts):
        if lease.get("phase") != "held":
            yield f"a person must act, and the lease is not held: {lease.get('phase')}"
        return
    if left := {name: lease[name] for name in OF_A_HOLDER if name in lease}:
        shown = ", ".join(f"{name}={value}" for name, value in left.items())
        yield f"left on the lease: {shown[:200]}"
    if lease.get("candidate_percent", 0):
        yield f"the lease still says {lease['candidate_percent']} % with the candidate"


def _record(facts: Facts) -> Iterator[str]:
    for execution in facts.executions:
        if execution.ending == "RequestRejected" or execution.status == "RUNNING":
            continue
        is_standby = execution.machine == "standby"
        name = next((n for n in facts.records if execution.name.startswith(n)), None)
        record = facts.records[name] if name else {}
        said = record.get("standby_ending" if is_standby else "ending")
        if execution.status == "ABORTED":
            has_acted = "sides" in record
            if has_acted and not (record.get("standby_ending") or record.get("ending")):
                yield f"{execution.machine} was stopped, and no ending is recorded"
        elif said != execution.ending and not _is_taken_over(facts, execution):
            yield f"{execution.machine} ended {execution.ending}, recorded {said}"


def _production(facts: Facts) -> Iterator[str]:
    if not facts.answers:
        return
    colour, version = facts.production.get("colour"), facts.production.get("version")
    answering = facts.answers[-1].version
    if colour is None and promoted(facts):
        yield "a release was promoted, and nothing is recorded as live"
    if colour is not None and [colour] != facts.serving:
        yield f"{colour} is recorded as live, {facts.serving} serves"
    if version is not None and version != answering:
        yield f"{answering} answers, {version} is recorded as live"


def _pages(facts: Facts) -> Iterator[str]:
    for ending in endings(facts):
        is_told, is_nobody_s = any(ending in page for page in facts.pages), ending in NOBODY_S
        if is_told is is_nobody_s:
            yield f"{'people were' if is_told else 'nobody was'} told of {ending}"
