"""What was looked at, how it is, and what to do about it: of `doctor` and `plan`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table
from rich.text import Text

from viridian.core.errors import NotKnown, StandbyClosing, TurnAwaited, ViridianError
from viridian_cli import views
from viridian_cli.failure import Failed, told

STYLES = {"wrong": views.BAD, "unknown": views.DOUBT, "waits": views.DOUBT, "skipped": "dim"}


@dataclass(frozen=True)
class Finding:
    """`is_well` is ok, wrong or unknown; of a deployment to come also waits, or skipped where it
    goes on without the check. What was found, and what to do about it.
    """

    check: str
    is_well: str
    found: str
    to_do: str = ""

    @property
    def stops(self) -> bool:
        """Whether it must be seen to first."""
        return self.is_well in ("wrong", "unknown")


def tried(check: str, look: Callable[[], Finding]) -> Finding:
    """What could not be looked at is unknown."""
    try:
        return look()
    except (TurnAwaited, StandbyClosing) as waits:
        return Finding(check, "waits", str(waits))
    except NotKnown as error:
        return Finding(check, "skipped", str(error))
    except (ViridianError, Failed) as error:
        return Finding(check, "wrong", str(error))
    except (ClientError, BotoCoreError) as error:
        return Finding(check, "unknown", told(error)[0], "mend that, then look again")


def listed(findings: Sequence[Finding]) -> Table:
    """A line each."""
    rows = [
        (Text(f.is_well, style=STYLES.get(f.is_well, views.GOOD)), f.check, f.found, f.to_do)
        for f in findings
    ]
    return views.table(("", "check", "found", "what to do"), rows)
