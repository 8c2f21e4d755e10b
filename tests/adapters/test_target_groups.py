"""Target groups: every state that AWS tells. The claims on counts are in test_listener_rules."""

import pytest
from botocore.stub import Stubber

from tests.core.shop import GREEN
from tests.fakes import FakeTargetGroups
from viridian.adapters.clients import client
from viridian.adapters.target_groups import TargetGroups
from viridian.core.evidence.health import Health

STATES = ["healthy", "unhealthy", "initial", "draining", "draining", "unused"]


def ask(states: list[str], wanted: int) -> Health:
    elbv2 = client("elbv2")
    described = [
        {"Target": {"Id": f"10.0.0.{n}"}, "TargetHealth": {"State": state}}
        for n, state in enumerate(states)
    ]
    with Stubber(elbv2) as stub:
        stub.add_response(
            "describe_target_health",
            {"TargetHealthDescriptions": described},
            expected_params={"TargetGroupArn": GREEN},
        )
        return TargetGroups(elbv2).health(GREEN, wanted)


@pytest.mark.parametrize("states", [STATES, [], ["draining"]])
def test_every_state_is_counted_but_draining(states: list[str]) -> None:
    health = ask(states, 2)

    assert health == Health.of(states, 2)
    assert health == FakeTargetGroups({GREEN: states}).health(GREEN, 2)
    assert not health.is_enough


def test_a_size_of_targets_all_healthy_is_enough() -> None:
    assert ask(["healthy", "healthy", "draining"], 2).is_enough


def test_groups_are_reached_by_the_session() -> None:
    assert TargetGroups.from_session().elbv2.meta.service_model.service_name == "elbv2"
