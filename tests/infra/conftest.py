"""The example's templates, synthesised once for a whole run of the tests."""

import pytest

from tests.assemblies import COMMITTED, Assemblies
from tests.infra.template import Assembly


@pytest.fixture(scope="session")
def assembly(assemblies: Assemblies) -> Assembly:
    """The stacks as they are committed, with the example's pipeline."""
    return Assembly(assemblies.at(COMMITTED))
