"""Findings of cdk-nag that are meant to be so, each with the reason a reviewer would ask for."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, findings: dict[str, str]) -> None:
    """Accept findings (id -> reason) on this construct and everything below it."""
    rules = [Acknowledgment(id=finding, reason=reason) for finding, reason in findings.items()]
    Validations.of(construct).acknowledge(*rules)
