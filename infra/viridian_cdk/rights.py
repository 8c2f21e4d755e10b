"""What may be done, and to what: the words that the table of functions is written in.

None names a service, so no role grows with their number. What Viridian may change of a service
carries the tag `viridian:managed`; the roles that it may hand to tasks stand under the path
`/viridian/`. The service's stack sets both, on resources of its own: no role of Viridian can put
the tag on what stands already.

Which resources and condition keys an action takes is from AWS's Service Authorization Reference
(its pages of Elastic Load Balancing V2, Amazon ECS and IAM, as of November 2026).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from aws_cdk import Aws, Tags
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from viridian.core.owned import MANAGED
from viridian_cdk.acknowledgements import acknowledge_wildcards

IS_MANAGED = {f"aws:ResourceTag/{MANAGED}": "true"}
IS_TO_BE_MANAGED = {f"aws:RequestTag/{MANAGED}": "true"}
ROLE_PATH = "/viridian/"
ANYTHING = "AWS has no narrower resource for it."
EVERY_SERVICES = "Those of every service, none of which is named here; see `rights.py`."


class Own(Enum):
    """A resource of the automation itself; STREAM is the table's, DEPLOYMENTS and STANDBYS are
    executions.
    """

    TABLE = auto()
    STREAM = auto()
    BUCKET = auto()
    RELEASES = auto()
    DOCUMENTS = auto()
    MACHINE = auto()
    STANDBY = auto()
    DEPLOYMENTS = auto()
    STANDBYS = auto()
    HOOKS = auto()
    PAGES = auto()
    PAGES_KEY = auto()


@dataclass(frozen=True)
class Place:
    """Where one of them is: its ARN, and the variable that tells a function its name (`value`), if
    one has to know it.
    """

    arn: str
    variable: str = ""
    value: str = ""


@dataclass(frozen=True)
class Right:
    """Actions on one of the automation's own, or on all that an ARN pattern and `when` take in.

    `why` is the reason of a pattern that is not about services.
    """

    actions: tuple[str, ...]
    on: str | Own = "*"
    when: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def grant(role: iam.Role, rights: Iterable[Right], places: Mapping[Own, Place]) -> None:
    """Allow the role exactly these."""
    for right in rights:
        arn = places[right.on].arn if isinstance(right.on, Own) else right.on
        conditions = {"StringEquals": dict(right.when)} if right.when else None
        role.add_to_policy(
            iam.PolicyStatement(actions=list(right.actions), resources=[arn], conditions=conditions)
        )
        reason = right.why or (ANYTHING if arn == "*" else EVERY_SERVICES)
        acknowledge_wildcards(role, [arn], reason)


def arns(service: str, resources: str) -> str:
    """The ARN pattern of a service's resources in the stack's account and Region."""
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resources}"


def manage(construct: IConstruct) -> None:
    """Let Viridian change what this construct makes."""
    Tags.of(construct).add(MANAGED, "true")
