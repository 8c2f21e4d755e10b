"""What ministack does not do as AWS does, put right in one place.

Private parts of ministack are read and replaced here and nowhere else, so the version is pinned:
another one must be read first. `emulator.selfcheck` shows at every start that they hold.
"""

from collections.abc import Callable
from importlib.metadata import version

from emulator.errors import WrongVersion
from emulator.faults import Faults
from emulator.target_registry import TargetRegistry

MINISTACK_VERSION = "1.5.33"


def check_version(installed: str) -> None:
    if installed != MINISTACK_VERSION:
        raise WrongVersion(
            f"ministack {installed} is installed, the repairs are for {MINISTACK_VERSION}: "
            f"pip install ministack=={MINISTACK_VERSION}"
        )


def apply(registry: TargetRegistry, publish: Callable[[], None], faults: Faults) -> None:
    """Repair every service, before the first request. `publish` updates the data plane."""
    check_version(version("ministack"))
    from emulator.repairs import (
        auto_scaling,
        cloudformation,
        cloudwatch,
        codepipeline,
        connections,
        elbv2,
        eventbridge,
        iam,
        lambda_,
        s3,
        scheduler,
        ssm,
        stepfunctions,
    )

    elbv2.apply(registry, publish)
    lambda_.apply()
    stepfunctions.apply(faults.interferences)
    cloudwatch.apply(lambda: faults.drop_alarm_events)
    s3.apply()
    ssm.apply()
    eventbridge.heed(faults.interferences)
    eventbridge.apply()
    scheduler.apply()
    auto_scaling.apply()
    codepipeline.apply()
    connections.apply()
    iam.apply()
    cloudformation.apply()


def forget_everything() -> None:
    """Every resource of every service."""
    from ministack import app

    from emulator.repairs.auto_scaling import store as scaling
    from emulator.repairs.codepipeline import store as pipelines
    from emulator.repairs.elbv2 import snapshot

    app._reset_all_state()
    snapshot.forget_listeners()
    scaling.forget_everything()
    pipelines.forget_everything()
