"""What an error says."""

import pytest

from viridian.core.errors import LONGEST_MESSAGE, RequestInvalid, SmokeTestFailed, ViridianError


@pytest.mark.parametrize("kind", [RequestInvalid, SmokeTestFailed])
def test_a_message_is_cut_where_a_cause_would_be(kind: type[ViridianError]) -> None:
    longest, longer = "x" * LONGEST_MESSAGE, "x" * (LONGEST_MESSAGE + 1)

    assert str(kind(longest)) == longest
    assert str(kind(longer)) == "x" * (LONGEST_MESSAGE - 3) + "..."
