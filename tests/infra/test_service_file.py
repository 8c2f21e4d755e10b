"""The service file as a construct reads it."""

from pathlib import Path

import pytest

from viridian.core.errors import RegistrationInvalid
from viridian_cdk.service_file import read_service_file


@pytest.mark.parametrize("text", ["a: [", "a: 2026-99-99", "[" * 1_500, "? [a]\n: b", "a: \x00"])
def test_what_is_not_yaml_is_refused_by_that_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "service.yaml"
    path.write_text(text)

    with pytest.raises(RegistrationInvalid, match=r"^service.yaml: not YAML"):
        read_service_file(path)


def test_a_key_that_is_given_twice_is_refused_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text("service: shop\nalarms:\n  period_seconds: 10\n  period_seconds: 60\n")

    with pytest.raises(RegistrationInvalid, match=r"'period_seconds' is given twice\n.*line 3"):
        read_service_file(path)
