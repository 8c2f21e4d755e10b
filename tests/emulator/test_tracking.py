"""What target tracking does with the newest values of its metric."""

from dataclasses import replace

import pytest

from emulator.auto_scaling.tracking import History, Policy, Target, after, wanted_count

NOW = 1000.0
POLICY = Policy((), target=100.0)
TARGET = Target(minimum=1, maximum=10, current=4)
LOW = [20.0] * 5


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([101.0], 5),
        ([150.0], 6),
        ([900.0], 10),
        ([900.0, 100.0], 4),
        ([], 4),
        ([20.0] * 4, 4),
        (LOW, 1),
        ([900.0, *LOW], 1),
        ([*LOW, 90.0], 4),
        ([20.0, 60.0, 20.0, 20.0, 20.0], 3),
        ([0.0] * 5, 1),
    ],
)
def test_count_follows_the_newest_values(values: list[float], count: int) -> None:
    assert wanted_count(TARGET, [(POLICY, values)], History(), NOW) == count


def test_scaling_in_waits_for_a_tenth_below_the_target() -> None:
    many = replace(TARGET, current=10)
    assert wanted_count(many, [(POLICY, [90.0] * 5)], History(), NOW) == 10
    assert wanted_count(many, [(POLICY, [89.0] * 5)], History(), NOW) == 9


def test_suspended_scaling_does_nothing() -> None:
    still = replace(TARGET, may_scale_out=False, may_scale_in=False)
    for values in ([900.0], LOW):
        assert wanted_count(still, [(POLICY, values)], History(), NOW) == 4


def test_disabled_scale_in_takes_nothing_away() -> None:
    policy = replace(POLICY, is_scale_in_disabled=True)
    assert wanted_count(TARGET, [(policy, LOW)], History(), NOW) == 4
    assert wanted_count(TARGET, [(policy, [150.0])], History(), NOW) == 6


def test_largest_of_several_policies_counts() -> None:
    assert wanted_count(TARGET, [(POLICY, LOW), (POLICY, [150.0])], History(), NOW) == 6
    assert wanted_count(TARGET, [(POLICY, LOW), (POLICY, [50.0] * 5)], History(), NOW) == 2
    assert wanted_count(TARGET, [(POLICY, LOW), (POLICY, [])], History(), NOW) == 4


def test_what_a_cooldown_of_scaling_out_began_with_is_counted_from() -> None:
    seen = [(POLICY, [150.0])]
    grown = replace(TARGET, current=6)
    history = after(History(), TARGET, 6, seen, NOW)
    assert wanted_count(grown, seen, history, NOW + 299) == 6
    assert wanted_count(grown, [(POLICY, [200.0])], history, NOW + 299) == 8
    assert wanted_count(grown, seen, history, NOW + 300) == 9
    again = after(history, grown, 8, seen, NOW + 100)
    assert (again.scaled_out_at, again.before_scaling_out) == (NOW, 4)


def test_cooldown_of_scaling_in_ends_with_its_time_or_with_scaling_out() -> None:
    history = after(History(), TARGET, 3, [(POLICY, LOW)], NOW)
    fewer = replace(TARGET, current=3)
    assert wanted_count(fewer, [(POLICY, LOW)], history, NOW + 299) == 3
    assert wanted_count(fewer, [(POLICY, LOW)], history, NOW + 300) == 1
    grown = after(history, fewer, 5, [(POLICY, [150.0])], NOW + 1)
    assert wanted_count(fewer, [(POLICY, LOW)], grown, NOW + 2) == 1


def test_count_outside_of_the_range_comes_back_only_in_its_direction() -> None:
    above, below = replace(TARGET, current=20), replace(TARGET, minimum=6)
    assert wanted_count(above, [(POLICY, [150.0])], History(), NOW) == 20
    assert wanted_count(above, [(POLICY, [85.0] * 5)], History(), NOW) == 10
    assert wanted_count(below, [(POLICY, [101.0])], History(), NOW) == 6
    assert wanted_count(below, [(POLICY, LOW)], History(), NOW) == 4
