"""One ECS service, whose tasks log below the test's folder."""

import pytest

from rehearsal.ecs_services import EcsServices
from tests.rehearsal.fake_ecs import CLUSTER, SERVICE, FakeEcs


@pytest.fixture
def ecs():
    return FakeEcs()


@pytest.fixture
def services(ecs, tmp_path):
    return EcsServices(ecs, ((CLUSTER, SERVICE),), tmp_path)
