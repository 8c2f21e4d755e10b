"""One deployment, as it is admitted and as it travels."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given

from tests.core.shop import (
    BUNDLE,
    BUNDLE_RELEASE,
    DEPLOYMENT_ID,
    IMAGE_RELEASE,
    REGISTRATION,
    TEMPLATE,
    changed,
    deployment,
    registration,
)
from tests.core.strategies import registrations, releases, steps
from viridian.core.deployment import Deployment, Ran
from viridian.core.errors import RegistrationInvalid, RequestInvalid
from viridian.core.fleet import Blueprint
from viridian.core.plan import Step
from viridian.core.release.release import Release
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration
from viridian.core.values import revive

NOON = "2026-11-01T12:00:00.000Z"


@given(releases(), registrations(), steps())
def test_what_is_written_is_read_back_the_same(
    release: Release, document: dict[str, Any], plan: list[dict[str, int]]
) -> None:
    wanted = Registration.from_dict(document)
    request = Request.from_dict(
        {"service": wanted.service, "version": release.version, "steps": plan}
    )
    admitted = Deployment.admitted(DEPLOYMENT_ID, request, wanted, release, at=NOON)

    assert revive(Deployment, json.loads(json.dumps(asdict(admitted)))) == admitted


def test_what_was_admitted_before_a_setting_was_known_has_its_default() -> None:
    written = json.loads(json.dumps(asdict(deployment())))
    del written["registration"]["settings"]["drain_timeout_seconds"]

    assert revive(Deployment, written).registration.settings.drain_timeout_seconds == 300


def test_the_plan_is_the_service_s_own_unless_the_request_has_one() -> None:
    own = Request.from_dict(
        {"service": "shop", "version": "1.1.0", "steps": [{"percent": 100, "bake_seconds": 1}]}
    )
    release = deployment().release

    assert deployment().steps == registration().settings.steps
    admitted = Deployment.admitted("id", own, registration(), release, at="12:00")
    assert admitted.steps == (Step(100, 1),)


AGAIN = replace(BUNDLE_RELEASE, bundle=replace(BUNDLE, version_id="v2"))
RAN = Ran(BUNDLE_RELEASE, Blueprint("arn:template:3", "arn:shop:7"), "shop-1.1.0-first")


@pytest.mark.parametrize(
    ("release", "asked", "blueprint"),
    [
        (BUNDLE_RELEASE, {"version": "1.1.0"}, RAN.blueprint),
        (AGAIN, {"version": "1.1.0"}, RAN.blueprint),
        (IMAGE_RELEASE, {"version": "1.1.0"}, Blueprint(TEMPLATE)),
        (replace(BUNDLE_RELEASE, command=("sh",)), {"version": "1.1.0"}, Blueprint(TEMPLATE)),
        (BUNDLE_RELEASE, {"version": "1.1.0", "template": "newest"}, Blueprint(TEMPLATE)),
        (BUNDLE_RELEASE, {}, Blueprint(TEMPLATE)),
    ],
    ids=["the same", "uploaded anew", "another", "its command", "newest", "what is live"],
)
def test_what_was_live_runs_as_it_ran_unless_it_is_another_or_the_newest_template_is_wanted(
    release: Release, asked: dict[str, str], blueprint: Blueprint
) -> None:
    request = Request.from_dict({"service": "shop", **asked})

    admitted = Deployment.admitted("id", request, registration(), release, ran=RAN, at="12:00")

    assert admitted.blueprint == blueprint


def test_what_a_request_accepts_is_kept_with_the_deployment() -> None:
    asked = {"service": "shop", "version": "1.1.0", "accept": ["live.task_definition"]}
    request, release = Request.from_dict(asked), deployment().release

    admitted = Deployment.admitted("id", request, registration(), release, at="12:00")
    assert admitted.accept == ("live.task_definition",)
    with pytest.raises(RequestInvalid, match=r"^input.accept\[0\]: must be one of live.task_def"):
        Request.from_dict({**asked, "accept": ["everything"]})


def test_a_version_that_was_never_live_is_made_from_the_template() -> None:
    assert deployment().blueprint == Blueprint(TEMPLATE)


def test_a_registration_of_another_service_is_refused() -> None:
    other = Registration.from_dict(
        changed(changed(REGISTRATION, "service", "cart"), "settings.service", "cart")
    )

    with pytest.raises(RegistrationInvalid, match=r"service: wanted 'shop'.*found 'cart'"):
        Deployment.admitted("id", Request("shop", "1.1.0"), other, deployment().release, at="12:00")


def test_a_plan_of_a_request_that_an_execution_cannot_hold_is_refused() -> None:
    slow = Registration.from_dict(changed(REGISTRATION, "settings.prepare_timeout_seconds", 7200))
    day = Request.from_dict(
        {"service": "shop", "version": "1.1.0", "steps": [{"percent": 100, "bake_seconds": 86_400}]}
    )

    with pytest.raises(RequestInvalid, match=r"^input.steps: .* may take \d+ looks, and 1600 fit"):
        Deployment.admitted("id", day, slow, deployment().release, at="12:00")
