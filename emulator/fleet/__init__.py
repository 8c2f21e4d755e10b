"""The fleet agent: for each task that ECS would run, a real process from the uploaded bytes.

It lives in the emulator's process and takes over from ministack, which would only claim that
tasks run. Nothing of ministack is imported before `install`: it reads its environment then.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.fleet.agent import Fleet


def install(directory: Path) -> "Fleet":
    """Take over ECS's tasks; files go below `directory`. Close the fleet to end them all."""
    from emulator import targets
    from emulator.fleet.agent import Fleet
    from emulator.repairs.ecs.takeover import take_over

    fleet = Fleet(directory, targets)
    take_over(fleet.wake)
    fleet.start()
    return fleet
