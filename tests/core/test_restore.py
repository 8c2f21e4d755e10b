"""What must hold for, and after, a return to live."""

import pytest

from viridian.core.errors import RestoreHeld, RestoreUnverified
from viridian.core.evidence.health import Health
from viridian.core.restore import require_live_holds, require_live_serves

NONE_HEALTHY = Health.of(["unhealthy", "draining"], 1)
ONE_HEALTHY = Health.of(["healthy", "unhealthy"], 1)


def test_one_healthy_target_is_better_than_a_candidate_that_fails() -> None:
    require_live_serves(ONE_HEALTHY, "arn:live")
    require_live_holds(ONE_HEALTHY, "arn:live")


def test_going_back_to_a_side_that_cannot_serve_is_held() -> None:
    with pytest.raises(RestoreHeld, match="found 1 unhealthy in arn:live; traffic was left"):
        require_live_serves(NONE_HEALTHY, "arn:live")


def test_a_restore_onto_a_side_that_then_fails_is_not_verified() -> None:
    with pytest.raises(RestoreUnverified, match="arn:live after the restore"):
        require_live_holds(NONE_HEALTHY, "arn:live")
