"""The timeline's model, and what the example's service file promises by it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import yaml

from viridian.core.service.settings import Settings
from viridian_cli.timeline.run import Case, Outcome, run
from viridian_cli.timeline.table import DELAYS, FAULTS, LATEST_SECONDS, starts, table
from viridian_cli.timeline.traffic import Balancer, Fault

EXAMPLE = Path(__file__).parents[2] / "examples" / "shop" / "service.yaml"
SETTINGS = Settings.from_dict(yaml.safe_load(EXAMPLE.read_text()), EXAMPLE.name)
LIMIT = SETTINGS.alarms.error_rate_percent / 100
BAD = [fault for fault in FAULTS if fault.share > LIMIT]
LATE = max(DELAYS)


def at_any_second(fault: Fault, per_minute: float) -> Iterator[Outcome]:
    """Deployments with metrics as late as they come, whose fault begins anywhere it must not."""
    chance, last = Random(1), len(SETTINGS.steps) - 1
    for seed in range(100):
        step = chance.randrange(last + 1)
        bake = SETTINGS.steps[step].bake_seconds
        begins = chance.uniform(0, bake - (LATEST_SECONDS if step == last else 0))
        yield run(Case(SETTINGS, per_minute, LATE, fault, step, begins), seed)


@pytest.mark.parametrize("per_minute", [60, 600])
@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.name)
def test_nothing_bad_is_promoted_that_began_two_minutes_before_the_last_bake_ends(
    fault: Fault, per_minute: float
) -> None:
    assert not [found for found in at_any_second(fault, per_minute) if found.is_promoted]


@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.name)
def test_what_is_bad_from_the_start_never_gets_more_than_the_first_share(fault: Fault) -> None:
    found = [run(Case(SETTINGS, 600, LATE, fault), seed) for seed in range(50)]

    assert {outcome.step for outcome in found} == {0}


def test_a_small_share_of_failures_is_stopped_where_traffic_can_tell() -> None:
    [small] = [fault for fault in FAULTS if fault.share <= LIMIT]
    promoted = [found for found in at_any_second(small, 600) if found.is_promoted]

    assert len(promoted) <= 3


@pytest.mark.parametrize("delay", DELAYS)
@pytest.mark.parametrize("per_minute", [60, 120, 600, 6000])
def test_no_good_release_is_turned_back(per_minute: float, delay: float) -> None:
    found = [run(Case(SETTINGS, per_minute, delay), seed) for seed in range(100)]

    assert [outcome.reason for outcome in found if not outcome.is_promoted] == []


def test_a_step_with_too_few_requests_ends_unproven_and_not_promoted() -> None:
    [found] = {run(Case(SETTINGS, 5, 60), seed).reason.partition(":")[0] for seed in range(20)}

    assert found == "wanted 20 requests to the candidate"


def test_without_patience_for_late_metrics_a_good_release_is_turned_back() -> None:
    hasty = replace(SETTINGS, unknown_patience_seconds=60)

    assert not run(Case(hasty, 600, LATE), seed=0).is_promoted


def test_one_seed_is_one_deployment() -> None:
    case = Case(SETTINGS, 600, 60, BAD[0])

    assert run(case, seed=3) == run(case, seed=3)
    assert run(case, seed=3) != run(case, seed=4)


def test_the_balancer_splits_requests_and_counts_who_is_hurt() -> None:
    balancer = Balancer(100, 60, Random(0), Fault("", errors=0.5), begins_at=90)
    balancer.moves = [(60, 0.25)]
    candidate, live = (balancer.counts(role, 60).period(60, 1) for role in ("candidate", "live"))

    assert candidate.requests == pytest.approx(1500, rel=0.1)
    assert live.requests == pytest.approx(4500, rel=0.1)
    assert candidate.errors == pytest.approx(375, rel=0.2)
    assert balancer.counts("candidate", 0).requests == 0
    assert balancer.hurt(until=120) == pytest.approx(375)


def test_what_is_promoted_or_turned_back_wrongly_stands_out_in_the_table() -> None:
    blind = replace(SETTINGS, alarms=replace(SETTINGS.alarms, minimum_requests=1_000_000))
    good, *_ = table(blind, 600).splitlines()[2:]

    assert good.count("**100 % reverted**") == len(DELAYS)
    assert [start.after for start in starts(SETTINGS)] == [0, 180]
