"""Check that a state machine's text and its substitutions name the same placeholders.

CloudFormation leaves an unknown `${Name}` as it is, and the machine fails only when it runs.
"""

import re
from collections.abc import Iterable

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class PlaceholderMismatch(Exception):
    """The definition and its substitutions do not fit together."""


def check_placeholders(definition: str, substitutions: Iterable[str]) -> None:
    """Raise PlaceholderMismatch unless each placeholder has a value, and each value a place."""
    wanted, given = set(PLACEHOLDER.findall(definition)), set(substitutions)
    if wanted != given:
        raise PlaceholderMismatch(
            f"placeholders without a value: {_names(wanted - given)}; "
            f"values without a placeholder: {_names(given - wanted)}"
        )


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
