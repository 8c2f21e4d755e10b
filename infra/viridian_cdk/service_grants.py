"""The rights on one service's resources, as policies in its own stack on the automation's roles.

So the automation never depends on a service. Each policy carries the service's name: a name made
from the construct's path could be the same in two stacks, and the later would replace the other.
"""

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from constructs import Construct

from viridian_cdk.automation import Automation

MOVES_TRAFFIC = ("ShiftTraffic", "RestoreTraffic")


class ServiceGrants(Construct):
    """Who may move this service's traffic, and who may change what stands behind it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: str,
        automation: Automation,
        rule_arn: str,
        fleet_rights: Mapping[str, list[iam.PolicyStatement]],
    ) -> None:
        super().__init__(scope, id)
        self._policy_name = f"viridian-{service}"
        move = _modify_rule(rule_arn)
        # the machine's own call, for when the function that restores is itself broken
        self._grant("Workflow", automation.workflow.role, [move])
        rights = {name: [move] for name in MOVES_TRAFFIC} | dict(fleet_rights)
        for name, statements in rights.items():
            self._grant(name, automation.functions.by_name[name].role, statements)

    def _grant(self, id: str, role: iam.Role, statements: list[iam.PolicyStatement]) -> None:
        iam.Policy(self, id, policy_name=self._policy_name, statements=statements, roles=[role])


def _modify_rule(rule_arn: str) -> iam.PolicyStatement:
    """One rule's ARN; which target groups it may then name is checked by the adapter."""
    return iam.PolicyStatement(actions=["elasticloadbalancing:ModifyRule"], resources=[rule_arn])
