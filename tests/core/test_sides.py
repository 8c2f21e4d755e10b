"""The sides: who is live is read from the rule, and where the way back leads is kept."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.core.shop import BLUE, GREEN, RULE, WATCHED_ALARMS, forward, registration, sides
from viridian.core.errors import PreflightFailed, SideServing, UploadStale
from viridian.core.fleet import Observation
from viridian.core.release.request import Request
from viridian.core.service.smoke_tests import SmokeTest
from viridian.core.sides import Production, Sides, require_idle, roles_in
from viridian.core.split import Actions, weights_in
from viridian.core.values import revive

STICKY: dict[str, Any] = {"TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}


SEEN = Observation("arn:shop:1", rollouts=1, running=2, desired=2, failed=0)


def find(actions: Actions, **settings: Any) -> Sides:
    known = replace(registration(), settings=replace(registration().settings, **settings))
    told: dict[str, dict[str, str]] = {"health_check": {}, "attributes": {}}
    return Sides.found(known, actions, seen=lambda _: SEEN, told=lambda _: told, production=None)


def test_a_split_names_the_sides_by_role() -> None:
    assert sides().split(30).weights() == {BLUE: 70, GREEN: 30}
    assert sides("green").split(30).weights() == {GREEN: 70, BLUE: 30}


def test_the_candidate_s_alarms_and_the_shared_ones_are_watched() -> None:
    assert sides().watched_alarms == WATCHED_ALARMS


def test_the_way_back_is_the_rule_itself_with_all_weight_on_live() -> None:
    found = find(forward(1, 0, **STICKY), stickiness="accept")

    assert weights_in(found.restore_actions) == {BLUE: 100, GREEN: 0}
    assert found.restore_actions[0]["ForwardConfig"].items() >= STICKY.items()


def test_what_travels_as_json_is_read_back_the_same() -> None:
    assert revive(Sides, json.loads(json.dumps(asdict(sides())))) == sides()


@pytest.mark.parametrize(
    ("weights", "live", "candidate"),
    [((100, 0), "blue", "green"), ((0, 100), "green", "blue"), ((1, 0), "blue", "green")],
)
def test_live_is_the_side_with_all_the_weight(
    weights: tuple[int, int], live: str, candidate: str
) -> None:
    roles = roles_in(forward(*weights, **STICKY), registration())

    assert [side.colour for side in roles] == [live, candidate]


@pytest.mark.parametrize("weights", [(90, 10), (0, 0), (1, 999)])
def test_a_rule_that_names_no_one_live_side_fails_the_preflight(weights: tuple[int, int]) -> None:
    with pytest.raises(PreflightFailed, match=f"{RULE}: wanted all weight on one side, found blue"):
        roles_in(forward(*weights), registration())


@pytest.mark.parametrize(
    "actions",
    [
        [],
        [{"Type": "fixed-response"}],
        [{"Type": "forward", "TargetGroupArn": BLUE}],
        [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": BLUE}]}}],
        [
            *forward(100, 0),
            {
                **forward(0, 0)[0],
                "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "arn:other", "Weight": 0}]},
            },
        ],
    ],
)
def test_a_rule_with_other_target_groups_fails_the_preflight(actions: list[dict[str, Any]]) -> None:
    with pytest.raises(PreflightFailed, match="exactly the target groups of blue and green"):
        roles_in(actions, registration())


def test_only_a_side_with_weight_0_may_lose_capacity() -> None:
    require_idle(registration().green, forward(100, 0))


@pytest.mark.parametrize("weight", [1, 50, 100])
def test_a_side_with_any_weight_keeps_its_capacity(weight: int) -> None:
    with pytest.raises(SideServing, match=f"green: wanted weight 0 .* found {weight}"):
        require_idle(registration().green, forward(100 - weight, weight))


def test_a_side_that_the_rule_does_not_name_keeps_its_capacity() -> None:
    with pytest.raises(SideServing, match="found None"):
        require_idle(registration().green, [{"Type": "fixed-response"}])


@pytest.mark.parametrize(
    ("uploaded_at", "is_stale"),
    [("2026-11-01T11:59:59Z", True), ("2026-11-01T12:00:00Z", False), (None, False)],
)
def test_an_upload_that_is_told_late_does_not_undo_what_was_asked_for_after_it(
    uploaded_at: str | None, is_stale: bool
) -> None:
    live = Production("1.2.0", "green", "second", "2026-11-01T12:00:00Z", "2026-11-01T12:20:00Z")
    request = Request("shop", "1.1.0", uploaded_at=uploaded_at)

    if not is_stale:
        live.require_older_than(request)
        return
    with pytest.raises(UploadStale, match=r"1.1.0 was uploaded at .* 1.2.0, which is live"):
        live.require_older_than(request)


OIDC = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {"ClientId": "id"}}
LOGINS = [
    OIDC,
    {"Type": "authenticate-cognito", "AuthenticateCognitoConfig": {"UserPoolArn": "arn"}},
    {"Type": "jwt-validation", "JwtValidationConfig": {"Issuer": "login.example"}},
]


@pytest.mark.parametrize("login", LOGINS, ids=lambda action: action["Type"])
def test_a_rule_with_a_login_that_the_checks_do_not_expect_is_refused_before_anything_is_shifted(
    login: dict[str, Any],
) -> None:
    guarded = [login, *forward(1, 0)]
    expected, unexpected = SmokeTest("/", production_status=302), SmokeTest("/cart")

    with pytest.raises(PreflightFailed, match=rf"login \({login['Type']}\).* those of /cart$"):
        find(guarded, smoke_tests=(expected, unexpected))
    assert find(guarded, smoke_tests=(expected,)).restore_actions[0]["Type"] == login["Type"]
    assert find(guarded, smoke_tests=(expected, SmokeTest("/orders", method="POST")))


def test_a_rule_that_lets_pass_who_is_not_logged_in_is_looked_at_as_any_other() -> None:
    config = {"ClientId": "id", "OnUnauthenticatedRequest": "allow"}

    assert find([OIDC | {"AuthenticateOidcConfig": config}, *forward(1, 0)])


def test_a_rule_that_pins_clients_is_refused_unless_the_service_accepts_it() -> None:
    with pytest.raises(
        PreflightFailed, match=r"has group stickiness: clients pinned .* for 60 s after"
    ):
        find(forward(1, 0, **STICKY))

    assert find(forward(1, 0, **STICKY), stickiness="accept")
    off = {"TargetGroupStickinessConfig": {"Enabled": False}}
    assert find(forward(1, 0, **off))
