"""The environment of the functions, read once as they start. Nothing else reads `os.environ`."""

import os


class EnvironmentIncomplete(Exception):
    """The function was deployed without a variable it needs."""


def required(name: str) -> str:
    """The variable's value; raises EnvironmentIncomplete, naming it, when absent or empty."""
    value = os.environ.get(name)
    if not value:
        raise EnvironmentIncomplete(f"{name} is not set; deploy the automation stack again")
    return value


def table() -> str:
    """The name of the deployments table."""
    return required("VIRIDIAN_TABLE")


def artifact_bucket() -> str:
    """The name of the artifact bucket."""
    return required("VIRIDIAN_ARTIFACT_BUCKET")


def state_machine_arn() -> str:
    """The ARN of the deployment machine."""
    return required("VIRIDIAN_STATE_MACHINE_ARN")


def hook_machine_arn() -> str:
    """The ARN of the hook machine."""
    return required("VIRIDIAN_HOOK_MACHINE_ARN")


def standby_machine_arn() -> str:
    """The ARN of the standby machine."""
    return required("VIRIDIAN_STANDBY_MACHINE_ARN")
