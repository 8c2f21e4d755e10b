"""The way that a plan tells is that of the machines, and what it changes they may change."""

from collections.abc import Iterator
from typing import Any

import pytest

from viridian_cdk.functions_table import MACHINES_MAY, STATE_FUNCTIONS
from viridian_cdk.machine import read_machine
from viridian_cli import way

NAMED = {"ProveWayBack": "RestoreTraffic", "RetireStandby": "RetireSide"}
"""Functions that other states call."""


def forward(machine: str, start: str) -> Iterator[str]:
    """The tasks from there on, as long as each goes to the next or a choice has a first answer."""
    states, seen, at = read_machine(machine)["States"], list[str](), start
    while at not in (*seen, None):
        seen.append(at)
        at = states[at].get("Next") or states[at].get("Choices", [{}])[0].get("Next")
    return (name for name in seen if states[name]["Type"] == "Task")


def test_the_way_is_that_of_the_machines() -> None:
    assert [*forward("deploy", "AdmitRequest")] == [*way.BEFORE, *way.STEP]
    assert [*forward("deploy", "VerifyProduction")][: len(way.AFTER)] == [*way.AFTER]
    assert {*way.STANDBY} <= {*read_machine("standby")["States"]}


@pytest.mark.parametrize("part", [way.BEFORE, way.STEP, way.AFTER, way.STANDBY])
def test_what_a_state_changes_its_function_or_machine_may_change(part: way.Way) -> None:
    def actions(rights: Any) -> set[str]:
        return {action for right in rights for action in right.actions}

    functions = {row.name: actions(row.may) for row in STATE_FUNCTIONS}
    machine = actions(MACHINES_MAY["deploy"])

    for state, calls in part.items():
        assert {*calls} <= functions.get(NAMED.get(state, state), machine), state
