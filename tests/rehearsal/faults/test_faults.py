"""A part of the matrix, played: whatever goes wrong, the oracle has nothing to say.

Of the scenarios that end soonest, one in so many. `make faults` plays all of them.
"""

import pytest

from rehearsal.faults.matrix import Cell, Journey, cells
from rehearsal.faults.run import Run
from rehearsal.faults.scenario import Result

LONG = (Journey.PROMOTED, Journey.RESTORED, Journey.RESTORED_DIRECT)
CHOSEN = [cell for cell in cells() if cell.row.journey not in LONG][::6]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    run = Run(CHOSEN, 8, tmp_path_factory.mktemp("faults"), say=lambda _: None)
    played = {result.cell.name: result for result in run.play()}
    assert run.failures == []
    return played


@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("cell", CHOSEN, ids=lambda cell: cell.name)
def test_it_holds(results: dict[str, Result], cell: Cell) -> None:
    assert results[cell.name].complaints == ()
