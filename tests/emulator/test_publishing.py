"""What an answer says of routing and health is what the data plane already does."""

import pytest
from ministack.services import alb

from emulator.errors import EnvoyEnded
from emulator.repairs.elbv2 import publishing
from emulator.target_registry import TargetRegistry


@pytest.fixture
def happened(monkeypatch):
    """What the handlers of ministack note here: nothing but their own call."""
    noted = []

    def noting(action):
        return lambda _parameters: noted.append(action)

    handlers = {action: noting(action) for action in alb._ACTION_MAP}
    monkeypatch.setattr(alb, "_ACTION_MAP", handlers)
    resources = {
        f"AWS::ElasticLoadBalancingV2::{resource}": {
            step: noting(f"{step} {resource}") for step in ("create", "update", "delete")
        }
        for resource in publishing.RESOURCES
    }
    monkeypatch.setattr(publishing, "_RESOURCE_HANDLERS", resources)
    return noted


@pytest.fixture
def published(happened):
    publishing.apply(TargetRegistry(), lambda: happened.append("published"))
    return happened


@pytest.mark.parametrize(
    "action",
    ["CreateRule", "ModifyRule", "DeleteRule", "SetRulePriorities", "DescribeTargetHealth"],
)
def test_action_is_answered_when_the_data_plane_has_it(published, action):
    alb._ACTION_MAP[action]({})
    assert published == [action, "published"]


def test_reading_publishes_nothing(published):
    alb._ACTION_MAP["DescribeRules"]({})
    assert published == ["DescribeRules"]


def test_resource_of_a_stack_is_made_when_the_data_plane_has_it(published):
    rules = publishing._RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::ListenerRule"]
    rules["update"]({})
    assert published == ["update ListenerRule", "published"]


@pytest.mark.parametrize("action", ["ModifyRule", "RegisterTargets"])
def test_action_without_a_data_plane_is_answered_with_why(happened, monkeypatch, action):
    def end():
        raise EnvoyEnded("Envoy ended with -6: too many watches")

    registry = TargetRegistry()
    register = {"RegisterTargets": lambda _parameters: registry.on_change()}
    monkeypatch.setattr(alb, "_ACTION_MAP", {**alb._ACTION_MAP, **register})
    publishing.apply(registry, end)
    status, _, body = alb._ACTION_MAP[action]({})
    assert status == 400
    assert b"Envoy ended with -6: too many watches" in body
