"""Elastic Load Balancing: weights are kept, targets have real health, requests really move."""

from collections.abc import Callable

from ministack import app

from emulator.repairs.elbv2 import actions, naming, publishing, rules, target_health
from emulator.target_registry import TargetRegistry


def apply(registry: TargetRegistry, publish: Callable[[], None]) -> None:
    """`publish` brings listeners, rules and targets to the data plane; see `publishing`."""
    app._is_potential_alb_request = lambda _host, _path: False  # Envoy is the data plane
    actions.apply()
    naming.apply()
    rules.apply()
    target_health.apply(registry)
    publishing.apply(registry, publish)
