"""One ECS service, whose tasks log below the test's folder."""

from pathlib import Path

import pytest

from rehearsal.ecs_services import EcsServices
from tests.rehearsal.fake_ecs import CLUSTER, SERVICE, FakeEcs


@pytest.fixture
def ecs() -> FakeEcs:
    return FakeEcs()


@pytest.fixture
def services(ecs: FakeEcs, tmp_path: Path) -> EcsServices:
    return EcsServices(ecs, ((CLUSTER, SERVICE),), tmp_path)
