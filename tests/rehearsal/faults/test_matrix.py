"""The matrix leaves out nothing that can go wrong."""

from rehearsal.faults.injection import AT_HAND, ERRORS, is_task, of_cell, service_of
from rehearsal.faults.matrix import (
    JOURNEYS,
    LAST_WRITES,
    LEFT_OUT,
    MOVES_NOTHING,
    OF_CALLS,
    SPLIT,
    Fault,
    cells,
    rows,
)
from viridian_cdk.machine import MACHINES, read_machine


def test_every_state_that_acts_is_a_row() -> None:
    acting = {
        (machine, name)
        for machine in {*MACHINES} - {*MOVES_NOTHING}
        for name, state in read_machine(machine)["States"].items()
        if state["Type"] in ("Task", "Wait") and name not in LEFT_OUT.get(machine, ())
    }
    assert {(row.machine, row.state) for row in rows()} == acting
    assert set(JOURNEYS) == {*MACHINES} - {*MOVES_NOTHING}


def test_every_fault_is_made_in_every_state_where_it_can_happen() -> None:
    made = {(cell.row, cell.fault) for cell in cells()}
    missing = {(row, fault) for row in rows() for fault in Fault} - made
    calls_nothing = {(row, fault) for row in rows() if not is_task(row) for fault in OF_CALLS}
    writes_once = {(row, Fault.HALF) for row in rows() if row.state not in LAST_WRITES}
    is_split = {(m, s) for m, states in SPLIT.items() for s in states}
    no_shift = {(r, Fault.EVENT_OLD) for r in rows() if (r.machine, r.state) not in is_split}
    assert missing == calls_nothing | writes_once | no_shift


def test_every_fault_is_put_into_the_emulator_and_every_service_can_fail() -> None:
    assert all(of_cell(cell)["kind"] for cell in cells())
    assert {service_of(row) for row in rows() if is_task(row)} == set(ERRORS)
    assert set(AT_HAND) < set(Fault)
