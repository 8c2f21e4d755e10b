"""A state machine's placeholders and their values have to fit before anything is deployed."""

import pytest

from viridian.core.lease import WATCH
from viridian_cdk.machine import with_the_core_s
from viridian_cdk.placeholders import PlaceholderMismatch, check_placeholders

DEFINITION = '{"FunctionName": "${PromoteArn}", "Again": "${PromoteArn}", "Table": "${TableName}"}'


def test_one_value_for_each_placeholder_passes() -> None:
    check_placeholders(DEFINITION, ["PromoteArn", "TableName"])


def test_a_placeholder_without_a_value_is_named() -> None:
    with pytest.raises(PlaceholderMismatch, match=r"without a value: TableName; .*: none"):
        check_placeholders(DEFINITION, ["PromoteArn"])


def test_a_value_without_a_placeholder_is_named() -> None:
    with pytest.raises(PlaceholderMismatch, match=r"value: none; .*placeholder: PromotedArn"):
        check_placeholders(DEFINITION, ["PromoteArn", "PromotedArn", "TableName"])


@pytest.mark.parametrize(
    "name", ["lease.WATCHED.update", "lease.WATCH.updates", "leases.WATCH.update"]
)
def test_what_the_core_does_not_know_is_not_rendered(name: str) -> None:
    assert with_the_core_s("'${lease.WATCH.update}'") == f"'{WATCH.update}'"
    with pytest.raises((AttributeError, KeyError)):
        with_the_core_s(f"${{{name}}}")


def test_jsonata_is_no_placeholder() -> None:
    check_placeholders("{% $map($steps, function($s){$s.percent}) %}", [])
