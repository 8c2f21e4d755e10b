"""What is looked at before a deployment touches anything: the machine ends it at the first refusal,
`viridian plan` tells all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """`make` raises a Refusal where the deployment would end; one that is optional blocks nobody
    where it cannot be made.
    """

    name: str
    make: Callable[[], object]
    is_optional: bool = False
