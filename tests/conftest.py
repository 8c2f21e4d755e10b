"""What every test needs before anything of ours is imported: the environment of a function."""

import functools
import os

import botocore.session
import pytest
from hypothesis import HealthCheck, settings

from tests.assemblies import Assemblies

# An account or a proxy of the person who tests is none of the tests' business.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update(
    NO_PROXY="127.0.0.1,localhost",
    no_proxy="127.0.0.1,localhost",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    MOTO_EC2_LOAD_DEFAULT_AMIS="false",  # which no test asks for
    VIRIDIAN_TABLE="deployments",
    VIRIDIAN_ARTIFACT_BUCKET="artifacts",
    VIRIDIAN_STATE_MACHINE_ARN="arn:aws:states:us-east-1:123456789012:stateMachine:deploy",
    VIRIDIAN_HOOK_MACHINE_ARN="arn:aws:states:us-east-1:123456789012:stateMachine:hook",
    VIRIDIAN_STANDBY_MACHINE_ARN="arn:aws:states:us-east-1:123456789012:stateMachine:standby",
    POWERTOOLS_SERVICE_NAME="viridian",
    POWERTOOLS_METRICS_NAMESPACE="Viridian",
)

# Each session would read AWS's models anew, which takes longer than most tests.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

# A slow machine is not a wrong answer.
settings.register_profile(
    "viridian", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("viridian")


# The dearest first, or the last worker plays one of them alone. A worker takes up the next group
# when two tests of its own are left: behind the groups of one and two come cheaper ones.
DEAREST = (
    *("faults", "broken releases", "demo", "install", "broken world", "guardian"),
    *("fleet", "controls", "control_plane", "selfcheck", "emulator"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the groups of pytest-xdist, which `--no-loadscope-reorder` leaves as they are here."""

    def place(item: pytest.Item) -> int:
        group = item.get_closest_marker("xdist_group")
        name = group.args[0] if group else ""
        return DEAREST.index(name) if name in DEAREST else len(DEAREST)

    items.sort(key=place)


def pytest_configure(config: pytest.Config) -> None:
    """A handler that raises has no metrics to publish, and Powertools says so."""
    config.addinivalue_line("filterwarnings", "ignore:No application metrics:UserWarning")


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Assemblies:
    """What was synthesised; the workers of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    return Assemblies((base if worker_id == "master" else base.parent) / "assemblies")
