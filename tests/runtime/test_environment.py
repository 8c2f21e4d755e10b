"""The environment of the functions."""

import pytest

from viridian.runtime import environment


def test_a_variable_is_read() -> None:
    assert environment.table() == "deployments"
    assert environment.artifact_bucket() == "artifacts"
    assert environment.state_machine_arn().endswith(":stateMachine:deploy")


@pytest.mark.parametrize("value", [None, ""])
def test_an_absent_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("VIRIDIAN_TABLE")
    if value is not None:
        monkeypatch.setenv("VIRIDIAN_TABLE", value)

    with pytest.raises(environment.EnvironmentIncomplete, match="VIRIDIAN_TABLE is not set"):
        environment.table()
