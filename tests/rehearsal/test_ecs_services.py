"""What ECS tells of the rehearsal's services, and what it means for a person who waits."""

from pathlib import Path

import pytest

from rehearsal.ecs_services import EcsServices, RehearsalFailed
from tests.rehearsal.fake_ecs import FakeEcs


def test_the_third_task_that_ends_by_itself_ends_the_wait_with_its_log(
    ecs: FakeEcs, services: EcsServices, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        ecs.stop(f"abcdefg{number}")
        lines = [f"line {line} of {number}" for line in range(1, 13)]
        (tmp_path / f"shop-abcdefg{number}.log").write_text("\n".join(lines))
    with pytest.raises(RehearsalFailed) as failed:
        services.wait_until_steady()
    first, *rest = str(failed.value).splitlines()
    assert first == "not steady: shop; 3 tasks ended by themselves, the newest:"
    assert "abcdefg3 of shop ended by itself" in rest[0]
    assert "(exit code 3)" in rest[0]
    assert rest[1].endswith("shop-abcdefg3.log:")
    assert [line.strip() for line in rest[2:]] == [f"line {n} of 3" for n in range(3, 13)]


def test_tasks_that_are_stopped_by_the_service_are_no_crashes(
    ecs: FakeEcs, services: EcsServices
) -> None:
    ecs.stop("abcdefg1", code="ServiceSchedulerInitiated")
    ecs.stop("abcdefg2", status="DEACTIVATING")
    assert services.crashes() == []


def test_crashes_are_told_from_the_oldest_to_the_newest(
    ecs: FakeEcs, services: EcsServices
) -> None:
    for name in ("abcdefg2", "abcdefg1"):
        ecs.stop(name)
    assert [crash.task for crash in services.crashes()] == ["abcdefg2", "abcdefg1"]


def test_a_task_that_printed_nothing_says_so(ecs: FakeEcs, services: EcsServices) -> None:
    ecs.stop("abcdefg1", code="TaskFailedToStart")
    (crash,) = services.crashes()
    assert crash.in_full.endswith("it printed nothing")


def test_steady_services_are_not_waited_for(ecs: FakeEcs, services: EcsServices) -> None:
    ecs.rollout = "COMPLETED"
    for number in range(3):
        ecs.stop(f"abcdefg{number}")
    services.wait_until_steady()
