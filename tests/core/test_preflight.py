"""What must hold before anything is touched."""

import pytest

from tests.core.shop import BLUE, GREEN, forward, registration
from viridian.core.errors import PreflightFailed
from viridian.core.evidence.health import Health
from viridian.core.preflight import require_clear_alarms, require_healthy_live, way_back
from viridian.core.split import Roles, weights_in

ROLES = Roles(live=registration().blue, candidate=registration().green)


def test_a_live_side_with_its_full_size_healthy_passes() -> None:
    require_healthy_live(ROLES, Health.of(["healthy"] * 2, 2))


def test_a_live_side_below_its_size_is_no_way_back() -> None:
    with pytest.raises(PreflightFailed, match=r"live \(blue\): wanted 2 .* found 1 healthy"):
        require_healthy_live(ROLES, Health.of(["healthy"], 2))


def test_clear_alarms_pass_and_a_new_one_without_data_is_no_obstacle() -> None:
    require_clear_alarms({"a": "OK", "s": "INSUFFICIENT_DATA"}, ("a", "s"), ("s",))


def test_an_alarm_that_is_not_there_could_not_stop_a_deployment() -> None:
    with pytest.raises(PreflightFailed, match="alarms not found: s"):
        require_clear_alarms({"a": "OK"}, ("a", "s"), ("s",))


def test_a_shared_alarm_that_fires_already_would_send_no_event_again() -> None:
    with pytest.raises(PreflightFailed, match="already in ALARM: s"):
        require_clear_alarms({"a": "OK", "s": "ALARM"}, ("a", "s"), ("s",))


def test_an_alarm_of_the_idle_side_may_fire_before_the_release_is_on_it() -> None:
    require_clear_alarms({"a": "ALARM", "s": "OK"}, ("a", "s"), ("s",))


def test_the_way_back_is_the_rule_itself_with_all_weight_on_live() -> None:
    sticky = {"TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}

    actions = way_back(forward(1, 0, **sticky), ROLES)

    assert weights_in(actions) == {BLUE: 100, GREEN: 0}
    assert actions[0]["ForwardConfig"].items() >= sticky.items()
