"""CloudFormation: what a template says is made, or fails its stack with a reason."""

from emulator.repairs.cloudformation import (
    networks,
    refusals,
    security_groups,
    services,
    tags,
    task_definitions,
)


def apply() -> None:
    refusals.apply()
    networks.apply()
    security_groups.apply()
    services.apply()
    tags.apply()
    task_definitions.apply()
