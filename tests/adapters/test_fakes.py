"""A fake can stand in for its adapter: it has the same public methods under the same names."""

import inspect
from typing import Any

import pytest

from adapters.alarms import Alarms
from adapters.artifacts import Artifacts
from adapters.executions import Executions
from adapters.fleets.ecs import EcsFleets
from adapters.http_probe import HttpProbe
from adapters.leases import Leases
from adapters.listener_rules import ListenerRules
from adapters.production_records import ProductionRecords
from adapters.registrations import Registrations
from adapters.request_metrics import RequestMetrics
from adapters.target_groups import TargetGroups
from tests import fakes

ADAPTERS = [
    Alarms,
    Artifacts,
    EcsFleets,
    Executions,
    HttpProbe,
    Leases,
    ListenerRules,
    ProductionRecords,
    Registrations,
    RequestMetrics,
    TargetGroups,
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
