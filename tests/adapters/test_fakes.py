"""A fake can stand in for its adapter: it has the same public methods under the same names."""

import inspect
from typing import Any

import pytest

from tests import fakes
from viridian.adapters.alarms import Alarms
from viridian.adapters.artifacts import Artifacts
from viridian.adapters.executions import Executions
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.http_probe import HttpProbe
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.records import Records
from viridian.adapters.registrations import Registrations
from viridian.adapters.request_metrics import RequestMetrics

ADAPTERS = [
    Alarms,
    Artifacts,
    EcsFleets,
    Executions,
    HttpProbe,
    Leases,
    LoadBalancers,
    Records,
    Registrations,
    RequestMetrics,
]


def methods(kind: type) -> dict[str, list[tuple[str, Any]]]:
    """Names and kinds of parameters by public method; `from_session` is how AWS is reached."""
    return {
        name: [(p.name, p.kind) for p in inspect.signature(method).parameters.values()]
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.__name__)
def test_a_fake_has_every_method_of_its_adapter(adapter: type) -> None:
    fake = getattr(fakes, f"Fake{adapter.__name__}")

    assert methods(fake).items() >= methods(adapter).items()
