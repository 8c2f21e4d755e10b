"""What Viridian makes for a service once, and owns from then on: target groups, rule and fleets.

CloudFormation writes a resource whole when any of its properties was edited: weights, counts, what
runs and how it is checked, of the live side too. So a service's stack has these made by a function,
which at an edit writes nothing that live traffic stands on: what can change is taken over by the
next deployment, on the side that it prepares; what cannot is refused.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from viridian.core.errors import RequestInvalid

MANAGED = "viridian:managed"
"""The tag of what Viridian may change, `true`; the service's stack sets it."""
Wanted = Mapping[str, Any]
"""The arguments of the call that makes it, as boto3 takes them, but for its name and its `tags`,
which are values by key. Of a fleet also `template`, `family`, `service` and `version`: what its
first tasks run. Of a scalable target its `fleet`, `scaling` as the service file has it, and
`rests`: its size if it is not live at first.
"""


class Kind(StrEnum):
    """What there is to own, as the end of the resource's type in a template spells it."""

    TARGET_GROUP = "TargetGroup"
    LISTENER_RULE = "ListenerRule"
    FLEET = "Fleet"
    SCALABLE_TARGET = "ScalableTarget"


FOR_LIFE = {
    Kind.TARGET_GROUP: ("Protocol", "Port", "VpcId", "TargetType"),
    Kind.LISTENER_RULE: ("ListenerArn",),
    Kind.FLEET: ("cluster", "launchType", "loadBalancers"),
    Kind.SCALABLE_TARGET: ("fleet",),
}
"""Members that AWS changes by making the resource anew, or that other resources rest on."""


def name_of(label: str, *identity: str) -> str:
    """A name of at most 32 characters, always the same for the same identity: a request to make it
    may come twice.
    """
    return f"{label[:23]}-{hashlib.sha256(' '.join(identity).encode()).hexdigest()[:8]}"


def retagged(former: Wanted, wanted: Wanted) -> tuple[dict[str, str], list[str]]:
    """The tags that an edit puts on it, and the keys of those that it takes off."""
    before, after = former.get("tags", {}), wanted.get("tags", {})
    return dict(after), [key for key in before if key not in after]


def require_changeable(kind: Kind, found: Wanted, wanted: Wanted) -> None:
    """Raise RequestInvalid, naming them, when members are edited that stay for life.

    `found` is what AWS says, not what was wanted before: when a refused edit is rolled back, that
    is the edit.
    """
    edited = [name for name in FOR_LIFE[kind] if found.get(name) != wanted.get(name)]
    if edited:
        raise RequestInvalid(
            "\n".join(f"{name}: is {found.get(name)!r} for the {kind}'s life" for name in edited)
            + "\nmake a second service of another name beside this one with what you want, give it "
            "the clients by a listener rule or by DNS, then remove this one"
        )
