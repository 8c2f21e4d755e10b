"""One deployment in the machine's variables."""

import json
from typing import Any

import pytest
from hypothesis import given

from tests.core.shop import (
    BLUE,
    DEPLOYMENT_ID,
    GREEN,
    REGISTRATION,
    WATCHED_ALARMS,
    changed,
    deployment,
    registration,
    stage_event,
)
from tests.core.strategies import registrations, releases, steps
from viridian.core.deployment import Deployment, Stage
from viridian.core.errors import RegistrationInvalid, RequestInvalid
from viridian.core.release.release import Release
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration


@given(releases(), registrations(), steps())
def test_what_is_written_is_read_back_the_same(
    release: Release, document: dict[str, Any], plan: list[dict[str, int]]
) -> None:
    wanted = Registration.from_dict(document)
    request = Request.from_dict(
        {"service": wanted.service, "version": release.version, "steps": plan}
    )
    admitted = Deployment.admitted(DEPLOYMENT_ID, request, wanted, release)

    assert Deployment.from_dict(json.loads(json.dumps(admitted.to_dict()))) == admitted


def test_the_plan_is_the_service_s_own_unless_the_request_has_one() -> None:
    own = Request.from_dict(
        {"service": "shop", "version": "1.1.0", "steps": [{"percent": 100, "bake_seconds": 1}]}
    )
    release = deployment().release

    assert deployment().plan == registration().settings.plan
    assert Deployment.admitted("id", own, registration(), release).plan == own.plan


def test_a_registration_of_another_service_is_refused() -> None:
    other = Registration.from_dict(
        changed(changed(REGISTRATION, "service", "cart"), "settings.service", "cart")
    )

    with pytest.raises(RegistrationInvalid, match=r"service: wanted 'shop'.*found 'cart'"):
        Deployment.admitted("id", Request("shop", "1.1.0"), other, deployment().release)


def test_a_plan_of_a_request_that_an_execution_cannot_hold_is_refused() -> None:
    slow = Registration.from_dict(changed(REGISTRATION, "settings.prepare_timeout_seconds", 7200))
    day = Request.from_dict(
        {"service": "shop", "version": "1.1.0", "steps": [{"percent": 100, "bake_seconds": 86_400}]}
    )

    with pytest.raises(RequestInvalid, match=r"^input.steps: .* may take \d+ looks, and 1700 fit"):
        Deployment.admitted("id", day, slow, deployment().release)


@pytest.mark.parametrize("live", ["blue", "green"])
def test_roles_come_from_what_was_found_not_from_colours(live: str) -> None:
    candidate = {"blue": "green", "green": "blue"}[live]
    event = stage_event(sides={"live": live, "candidate": candidate, "size": 3})

    stage = Stage.from_event(event)

    assert (stage.roles.live.colour, stage.roles.candidate.colour) == (live, candidate)
    assert (stage.fence, stage.size) == (1, 3)


def test_a_split_of_a_stage_names_the_sides_by_role() -> None:
    assert Stage.from_event(stage_event()).split(30).weights() == {BLUE: 70, GREEN: 30}


def test_a_stage_watches_the_candidate_s_alarms_and_the_shared_ones() -> None:
    assert Stage.from_event(stage_event()).watched_alarms == WATCHED_ALARMS
