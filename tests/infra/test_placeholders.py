"""A state machine's placeholders and their values have to fit before anything is deployed."""

import pytest

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


def test_jsonata_is_no_placeholder() -> None:
    check_placeholders("{% $map($steps, function($s){$s.percent}) %}", [])
