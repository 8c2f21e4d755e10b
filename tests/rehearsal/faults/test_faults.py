"""A part of the matrix, played: whatever goes wrong, the oracle has nothing to say.

A tenth of it: of the scenarios that end soonest, and of the pairs. `make faults` plays all.
"""

import pytest

from rehearsal.assembly import Assembly
from rehearsal.faults.matrix import Cell, Journey, cells, pairs
from rehearsal.faults.run import Run
from rehearsal.faults.scenario import Result
from tests.assemblies import BROKEN, Assemblies

LONG = (Journey.PROMOTED, Journey.RESTORED, Journey.RESTORED_DIRECT)
CHOSEN = [cell for cell in cells() if cell.row.journey not in LONG][::3] + pairs()[::8]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies) -> dict[str, Result]:
    run = Run(
        CHOSEN,
        8,
        tmp_path_factory.mktemp("faults"),
        say=lambda _: None,
        assembly=Assembly.at(assemblies.at(BROKEN)),
    )
    played = {result.cell.name: result for result in run.play()}
    assert run.failures == []
    return played


@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("cell", CHOSEN, ids=lambda cell: cell.name)
def test_it_holds(results: dict[str, Result], cell: Cell) -> None:
    assert results[cell.name].complaints == ()
