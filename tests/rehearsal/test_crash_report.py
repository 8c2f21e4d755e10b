"""Crashes are told while the deployment still waits."""

import pytest

from rehearsal.crash_report import PATIENCE, CrashReport
from rehearsal.ecs_services import EcsServices


def crash(services: EcsServices, task: str) -> None:
    (services.logs / f"shop-{task}.log").write_text(f"said by {task}\n")
    services.ecs.stop(task)


@pytest.fixture
def said() -> list[str]:
    return []


def test_the_first_crash_is_told_at_once_with_its_log(
    services: EcsServices, said: list[str]
) -> None:
    report = CrashReport(services, said.append)
    for now, task in enumerate(("abcdefg1", "abcdefg2")):
        crash(services, task)
        report.look(float(now))
    (text,) = said
    assert text.startswith("task abcdefg1 of shop ended by itself")
    assert text.splitlines()[-2:] == ["    said by abcdefg1", f"    {PATIENCE}"]


def test_at_the_end_the_crashes_are_counted_and_the_newest_is_told(
    services: EcsServices, said: list[str]
) -> None:
    report = CrashReport(services, said.append)
    crash(services, "abcdefg1")
    crash(services, "abcdefg2")
    report.conclude()
    (text,) = said
    assert text.startswith("2 crashed in all, the newest: task abcdefg2 of shop")
    assert text.endswith("said by abcdefg2")


def test_a_crash_of_an_earlier_deployment_is_not_told(
    services: EcsServices, said: list[str]
) -> None:
    crash(services, "abcdefg1")
    report = CrashReport(services, said.append)
    report.look(0.0)
    report.conclude()
    assert said == []


def test_a_fast_watcher_asks_once_a_second(services: EcsServices, said: list[str]) -> None:
    report = CrashReport(services, said.append)
    report.look(0.0)
    crash(services, "abcdefg1")
    report.look(0.9)
    assert said == []
    report.look(1.0)
    assert len(said) == 1
