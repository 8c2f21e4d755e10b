"""The split: weights in the rule, and all else of the rule kept."""

import copy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.shop import BLUE, GREEN, RULE, forward
from tests.fakes import FakeLoadBalancers
from viridian.core.errors import SplitNotApplied
from viridian.core.split import Split, weights_in

PERCENTS = st.integers(0, 100)
OIDC = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {"ClientId": "c"}}
COGNITO = {
    "Type": "authenticate-cognito",
    "Order": 1,
    "AuthenticateCognitoConfig": {"UserPoolArn": "arn:aws:cognito-idp:pool", "Scope": "openid"},
}


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Action lists as DescribeRules gives them: perhaps an authentication, then the forward."""
    groups = [{"TargetGroupArn": arn, "Weight": draw(st.integers(0, 999))} for arn in (BLUE, GREEN)]
    config: dict[str, Any] = {"TargetGroups": draw(st.permutations(groups))}
    if draw(st.booleans()):
        config["TargetGroupStickinessConfig"] = {
            "Enabled": draw(st.booleans()),
            "DurationSeconds": draw(st.integers(1, 604_800)),
        }
    forward_action = {"Type": "forward", "Order": 2, "ForwardConfig": config}
    return [*draw(st.sampled_from([[], [COGNITO]])), forward_action]


def without_groups(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = copy.deepcopy(actions)
    for action in kept:
        action.get("ForwardConfig", {}).pop("TargetGroups", None)
    return kept


@given(PERCENTS)
def test_both_sides_sum_to_100(percent: int) -> None:
    weights = Split(BLUE, GREEN, percent).weights()

    assert sum(weights.values()) == 100
    assert weights[GREEN] == percent


@given(st.integers().filter(lambda percent: not 0 <= percent <= 100))
def test_a_share_out_of_bounds_cannot_be_made(percent: int) -> None:
    with pytest.raises(ValueError, match="wanted 0 to 100"):
        Split(BLUE, GREEN, percent)


@given(rules(), PERCENTS)
def test_the_weights_are_written_and_all_else_of_the_actions_is_kept(
    actions: list[dict[str, Any]], percent: int
) -> None:
    before = copy.deepcopy(actions)

    written = Split(BLUE, GREEN, percent).applied_to(actions)

    assert weights_in(written) == {BLUE: 100 - percent, GREEN: percent}
    assert without_groups(written) == without_groups(actions)
    assert actions == before


@given(rules(), PERCENTS)
def test_writing_a_split_twice_is_writing_it_once(
    actions: list[dict[str, Any]], percent: int
) -> None:
    split = Split(BLUE, GREEN, percent)

    assert split.applied_to(split.applied_to(actions)) == split.applied_to(actions)


def test_a_group_named_beside_the_forward_config_is_not_written_twice() -> None:
    actions = [{**forward(100, 0)[0], "TargetGroupArn": BLUE}]

    assert "TargetGroupArn" not in Split(BLUE, GREEN, 10).applied_to(actions)[0]


def test_an_oidc_action_asks_aws_to_keep_the_secret_that_it_never_shows() -> None:
    written = Split(BLUE, GREEN, 10).applied_to([OIDC, *forward(100, 0)])

    assert written[0]["AuthenticateOidcConfig"] == {
        "ClientId": "c",
        "UseExistingClientSecret": True,
    }


def test_a_rule_that_does_not_forward_takes_no_split() -> None:
    with pytest.raises(SplitNotApplied, match="no forward action"):
        Split(BLUE, GREEN, 10).applied_to([{"Type": "fixed-response"}])


@given(rules(), PERCENTS)
def test_a_rule_read_back_that_is_not_the_one_written_is_an_error(
    actions: list[dict[str, Any]], percent: int
) -> None:
    split = Split(BLUE, GREEN, percent)
    assume(weights_in(actions) != split.weights())

    with pytest.raises(SplitNotApplied, match=f"wanted .*{percent}.*found .* on {RULE}"):
        split.put_into(FakeLoadBalancers({RULE: actions}, sticks=False).rule(RULE))


def test_a_weight_that_is_not_named_counts_1_as_on_aws() -> None:
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": BLUE}]}}]

    assert weights_in(actions) == {BLUE: 1}
