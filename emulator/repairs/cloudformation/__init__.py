"""CloudFormation: what a template says is made, or fails its stack with a reason."""

from emulator.repairs.cloudformation import networks, refusals, security_groups, tags


def apply() -> None:
    refusals.apply()
    networks.apply()
    security_groups.apply()
    tags.apply()
