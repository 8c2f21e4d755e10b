"""Findings of cdk-nag that are meant to be so, each with the reason a reviewer would ask for."""

from collections.abc import Iterable
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, findings: dict[str, str]) -> None:
    """Accept findings (id -> reason) on this construct and everything below it."""
    rules = [Acknowledgment(id=finding, reason=reason) for finding, reason in findings.items()]
    Validations.of(construct).acknowledge(*rules)


def acknowledge_wildcards(construct: IConstruct, arns: Iterable[str], reason: str) -> None:
    """Accept those of the ARNs that have a `*` as resources of the construct's policies."""
    found = [_spelt(Stack.of(construct).resolve(arn)) for arn in arns]
    acknowledge(
        construct, {f"AwsSolutions-IAM5[Resource::{arn}]": reason for arn in found if "*" in arn}
    )


def _spelt(value: Any) -> str:
    """A template's value as cdk-nag writes it: `<Bucket.Arn>/*`."""
    match value:
        case {"Ref": str(name)}:
            return f"<{name}>"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(map(_spelt, parts))
        case {"Fn::ImportValue": str(name)}:
            return name
    return str(value)
