"""Scalable targets: bound as asked, however often, and what is not named stays as it was."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.core.shop import BLUE_FLEET, SCALING
from viridian.adapters.clients import client
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.adapters.owned import owned_kinds
from viridian.core.errors import RequestInvalid
from viridian.core.owned import Kind
from viridian.core.scaling import Scaling

SHOP = Scaling(**SCALING)
WANTED = {"fleet": BLUE_FLEET, "scaling": SCALING}


class Account:
    """An ECS service of the account, and its scalable target."""

    def __init__(self) -> None:
        ecs = boto3.client("ecs")
        ecs.create_cluster(clusterName="shop")
        container = {"name": "app", "image": "shop", "memory": 128}
        ecs.register_task_definition(family="shop", containerDefinitions=[container])
        ecs.create_service(
            cluster="shop", serviceName="blue", taskDefinition="shop", desiredCount=2
        )
        self.targets = ScalableTargets.from_session()
        self.owned = owned_kinds()[Kind.SCALABLE_TARGET]

    @property
    def found(self) -> list[dict[str, Any]]:
        answer = boto3.client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="ecs"
        )
        found: list[dict[str, Any]] = answer["ScalableTargets"]
        return found

    @property
    def bounds(self) -> tuple[int, int, bool, bool]:
        """Least, most, and whether it may grow and shrink."""
        [target] = self.found
        suspended = target["SuspendedState"]
        may_grow, may_shrink = (
            not suspended[f"DynamicScaling{way}Suspended"] for way in ("Out", "In")
        )
        assert suspended["ScheduledScalingSuspended"] is not (may_grow and may_shrink)
        return target["MinCapacity"], target["MaxCapacity"], may_grow, may_shrink


@pytest.fixture
def account(aws: None) -> Account:
    return Account()


def test_a_side_is_made_free_or_at_rest_and_then_held_and_let_go(account: Account) -> None:
    assert account.owned.make({**WANTED, "rests": 1}, "name") == BLUE_FLEET
    assert account.bounds == (1, 8, False, False)
    account.owned.make(WANTED, "name")
    assert account.bounds == (2, 8, True, True)

    for _ in range(2):
        account.targets.bind(BLUE_FLEET, SHOP.held(5))
        assert account.bounds == (5, 8, True, False)
    account.targets.bind(BLUE_FLEET, SHOP.free())
    assert account.bounds == (2, 8, True, True)


def test_an_edit_arrives_at_once_where_nothing_is_deployed(account: Account) -> None:
    account.owned.make(WANTED, "name")

    account.owned.change(
        BLUE_FLEET, {**WANTED, "scaling": {**SCALING, "min_capacity": 4, "max_capacity": 9}}
    )

    assert account.bounds == (4, 9, True, True)


def test_an_edit_during_a_deployment_lets_a_side_grow_further_and_moves_nothing(
    account: Account,
) -> None:
    account.owned.make(WANTED, "name")
    account.targets.bind(BLUE_FLEET, SHOP.held(5))

    account.owned.change(
        BLUE_FLEET, {**WANTED, "scaling": {**SCALING, "min_capacity": 1, "max_capacity": 9}}
    )

    assert account.bounds == (5, 9, True, False)


def test_a_target_stays_its_fleet_s(account: Account) -> None:
    with pytest.raises(RequestInvalid, match="fleet"):
        account.owned.change(BLUE_FLEET, {**WANTED, "fleet": f"{BLUE_FLEET}-other"})


def test_what_is_deleted_is_scaled_no_more(account: Account) -> None:
    account.owned.make(WANTED, "name")
    account.owned.delete(BLUE_FLEET)
    assert account.found == []


def test_what_is_gone_already_is_no_error() -> None:
    """As AWS says it; moto has another error."""
    scaling = client("application-autoscaling")
    with Stubber(scaling) as stub:
        stub.add_client_error("deregister_scalable_target", "ObjectNotFoundException")
        ScalableTargets(scaling).forget(BLUE_FLEET)
        stub.assert_no_pending_responses()


def test_a_size_above_the_maximum_is_held_at_the_maximum() -> None:
    """AWS takes no minimum above it."""
    assert (SHOP.held(20).least, SHOP.at_rest(20).least) == (8, 8)
