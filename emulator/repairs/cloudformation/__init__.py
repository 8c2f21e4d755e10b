"""CloudFormation: what a template says is made, or fails its stack with a reason."""

from emulator.repairs.cloudformation import networks, refusals, tags


def apply() -> None:
    refusals.apply()
    networks.apply()
    tags.apply()
