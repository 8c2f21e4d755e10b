"""What AWS says of both sides, beside what it said when the live one was promoted.

An edit of a service's stack arrives with the next deployment, so today's registration says nothing
of what serves: the record of its promotion does. Compared is what both tell: AWS adds attributes,
and a record of before this was kept has none.
"""

from collections.abc import Iterator, Mapping

Told = Mapping[str, Mapping[str, str]]
"""Members as texts, by what they are of: a health check, a network."""

OF_LIVE = (
    *("task_definition", "network", "platform_version", "launch_type"),
    *("health_check", "attributes"),
)
OF_CANDIDATE = ("health_check", "attributes")
ACCEPTABLE = (*(f"live.{name}" for name in OF_LIVE), *(f"candidate.{n}" for n in OF_CANDIDATE))
"""The paths under which differences are told and accepted."""

ARRANGED = ("HealthCheckPath", "deregistration_delay.timeout_seconds")
"""What PrepareCandidate sets of the idle side's group, also before a deployment that fails."""


def facts(*, live: Told, candidate: Told) -> Told:
    """All by path: of the idle side without what each deployment sets there."""
    idle = {
        name: {member: text for member, text in candidate[name].items() if member not in ARRANGED}
        for name in OF_CANDIDATE
    }
    parts = {"live": live, "candidate": idle}
    return {f"{role}.{name}": told for role, part in parts.items() for name, told in part.items()}


def differences(recorded: Told, found: Told, accept: tuple[str, ...]) -> Iterator[str]:
    """Every member that differs and is not accepted, with its path, wanted and found."""
    for path in sorted(recorded.keys() & found.keys() - set(accept)):
        for member in sorted(recorded[path].keys() & found[path].keys()):
            wanted, seen = recorded[path][member], found[path][member]
            if wanted != seen:
                yield f"{path}: wanted {member} {wanted}, found {seen}"
