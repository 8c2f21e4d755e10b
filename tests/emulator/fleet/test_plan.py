"""The scheduler's decisions."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.fleet.plan import (
    Action,
    Desired,
    Health,
    Phase,
    Start,
    Stop,
    Task,
    is_proven,
    is_steady,
    plan,
    restart_not_before,
)

NOW = 1000.0


def task(
    name: str,
    deployment: str = "new",
    phase: Phase = Phase.RUNNING,
    health: Health = Health.HEALTHY,
    **more: float,
) -> Task:
    return Task(name, deployment, phase, health, **more)


def stopped(actions: list[Action]) -> set[str]:
    return {action.arn for action in actions if isinstance(action, Stop)}


def test_an_empty_service_starts_what_is_wanted() -> None:
    assert plan(Desired("new", 2), [], NOW) == [Start(2)]


def test_a_service_as_wanted_is_left_alone_and_steady() -> None:
    tasks = [task("a"), task("b")]
    assert plan(Desired("new", 2), tasks, NOW) == []
    assert is_steady(Desired("new", 2), tasks)


def test_a_task_that_is_starting_is_not_started_twice() -> None:
    assert plan(Desired("new", 1), [task("a", phase=Phase.PENDING)], NOW) == []


def test_a_task_not_yet_healthy_is_not_steady() -> None:
    assert not is_steady(Desired("new", 1), [task("a", health=Health.UNKNOWN)])


def test_new_tasks_start_before_old_ones_stop() -> None:
    old = [task("a", "old"), task("b", "old")]
    assert plan(Desired("new", 2), old, NOW) == [Start(2)]


def test_old_tasks_stay_until_new_ones_are_healthy() -> None:
    tasks = [task("a", "old"), task("b", "old"), task("c", health=Health.UNKNOWN)]
    assert stopped(plan(Desired("new", 2), tasks, NOW)) == set()


def test_one_old_task_stops_for_each_new_one_that_is_healthy() -> None:
    tasks = [task("a", "old", started_at=1), task("b", "old", started_at=2), task("c")]
    assert stopped(plan(Desired("new", 2), tasks, NOW)) == {"a"}


def test_maximum_percent_bounds_the_tasks_of_a_roll_out() -> None:
    old = [task("a", "old"), task("b", "old")]
    assert plan(Desired("new", 2, maximum_percent=150), old, NOW) == [Start(1)]


def test_scaling_down_stops_the_newest() -> None:
    tasks = [task("a", started_at=1), task("b", started_at=2)]
    assert stopped(plan(Desired("new", 1), tasks, NOW)) == {"b"}


def test_scaling_down_stops_what_does_not_serve_first() -> None:
    tasks = [task("a", started_at=1, health=Health.UNKNOWN), task("b", started_at=2)]
    assert stopped(plan(Desired("new", 1), tasks, NOW)) == {"a"}


def test_scaled_to_zero_everything_stops_and_that_is_steady() -> None:
    tasks = [task("a"), task("b", "old")]
    assert stopped(plan(Desired("new", 0), tasks, NOW)) == {"a", "b"}
    assert is_steady(Desired("new", 0), [task("a", phase=Phase.STOPPING)])


def test_a_task_that_fails_its_health_checks_is_replaced() -> None:
    tasks = [task("a"), task("b", health=Health.UNHEALTHY)]
    assert plan(Desired("new", 2), tasks, NOW) == [
        Stop("b", "Task failed ELB health checks", is_failure=True),
        Start(1),
    ]


def test_within_its_grace_a_failing_task_is_left_alone() -> None:
    tasks = [task("a", health=Health.UNHEALTHY, started_at=NOW - 5)]
    assert plan(Desired("new", 1, grace_seconds=10), tasks, NOW) == []


def test_only_a_task_of_the_new_deployment_that_serves_proves_it() -> None:
    waiting = [task("a", "old"), task("b", health=Health.UNHEALTHY)]
    assert not is_proven(Desired("new", 2), waiting)
    assert is_proven(Desired("new", 2), [*waiting, task("c")])


def test_a_crashed_task_is_replaced_after_a_moment() -> None:
    crashed = task("a", phase=Phase.STOPPED, failed_at=NOW)
    assert plan(Desired("new", 1), [crashed], NOW + 0.1) == []
    assert plan(Desired("new", 1), [crashed], NOW + 0.6) == [Start(1)]


def test_each_crash_doubles_the_wait_up_to_a_bound() -> None:
    crashes = [task(str(n), phase=Phase.STOPPED, failed_at=NOW) for n in range(8)]
    waits = [restart_not_before(crashes[:n], "new", NOW) - NOW for n in range(1, 9)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_crashes_of_a_former_deployment_do_not_hold_back_the_next() -> None:
    crashed = task("a", "old", phase=Phase.STOPPED, failed_at=NOW)
    assert plan(Desired("new", 1), [crashed], NOW) == [Start(1)]


TASKS = st.builds(
    Task,
    arn=st.uuids().map(str),
    deployment=st.sampled_from(["new", "old"]),
    phase=st.sampled_from(Phase),
    health=st.sampled_from(Health),
    started_at=st.floats(0, NOW),
)


@given(st.integers(0, 5), st.lists(TASKS, max_size=12))
def test_serving_tasks_never_fall_below_the_fewest_healthy(count: int, tasks: list[Task]) -> None:
    desired = Desired("new", count)
    gone = stopped(plan(desired, tasks, NOW))
    before = sum(t.is_ready for t in tasks)
    after = sum(t.is_ready and t.arn not in gone for t in tasks)
    assert after >= min(before, desired.fewest_healthy)


@given(st.integers(0, 5), st.lists(TASKS, max_size=12))
def test_a_plan_without_actions_and_without_unready_tasks_is_steady(
    count: int, tasks: list[Task]
) -> None:
    desired = Desired("new", count)
    serving = [t for t in tasks if t.is_ready]
    assert is_steady(desired, serving) == (plan(desired, serving, NOW) == [])
