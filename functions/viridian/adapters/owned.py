"""Making, changing and deleting what Viridian owns; see `core/owned.py`.

Each verb may come twice: what is there already is taken, what is gone already is no error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from boto3.session import Session
from botocore.exceptions import ClientError

from viridian.adapters.clients import client
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.fleets.scaling import ScalableTargets
from viridian.core.owned import FOR_LIFE, Kind, Wanted, require_changeable
from viridian.core.release.release import Release
from viridian.core.scaling import Scaling
from viridian.core.values import revive

GONE = ("ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException")
OF_THE_FIRST_TASKS = ("template", "family", "service", "version")


class Owned(Protocol):
    """Resources of one kind, by ARN."""

    def make(self, wanted: Wanted, name: str, /) -> str:
        """Make it under this name, or find what an earlier try made; return its ARN."""

    def change(self, arn: str, wanted: Wanted) -> None:
        """Take over those edits at once which move no traffic and touch no task; raises
        RequestInvalid when others can never be taken over.
        """

    def tag(self, arn: str, tags: Mapping[str, str], gone: list[str], /) -> None:
        """Put these tags on it, and take off those of these keys."""

    def delete(self, arn: str) -> None:
        """Delete it, and wait until others that it stood on can go."""


def owned_kinds(session: Session | None = None) -> dict[Kind, Owned]:
    """All kinds, with clients of their own."""
    elbv2 = client("elbv2", session)
    return {
        Kind.TARGET_GROUP: TargetGroups(elbv2),
        Kind.LISTENER_RULE: ListenerRules(elbv2),
        Kind.FLEET: Fleets(client("ecs", session), EcsFleets.from_session(session)),
        Kind.SCALABLE_TARGET: Targets(ScalableTargets.from_session(session)),
    }


@dataclass(frozen=True)
class _Balanced:
    """A part of a load balancer."""

    elbv2: Any

    def tag(self, arn: str, tags: Mapping[str, str], gone: list[str]) -> None:
        if tags:
            self.elbv2.add_tags(ResourceArns=[arn], Tags=_pairs(tags))
        if gone:
            self.elbv2.remove_tags(ResourceArns=[arn], TagKeys=gone)


@dataclass(frozen=True)
class TargetGroups(_Balanced):
    """Target groups of a load balancer; `Attributes` of theirs are set as they are made."""

    def make(self, wanted: Wanted, name: str) -> str:
        arguments = {n: value for n, value in wanted.items() if n not in ("Attributes", "tags")}
        try:
            made = self.elbv2.create_target_group(
                Name=name, **arguments, Tags=_pairs(wanted["tags"])
            )
        except self.elbv2.exceptions.DuplicateTargetGroupNameException:
            made = self.elbv2.describe_target_groups(Names=[name])
            found, for_life = made["TargetGroups"][0], FOR_LIFE[Kind.TARGET_GROUP]
            if any(found.get(member) != wanted[member] for member in for_life):
                raise
        arn = str(made["TargetGroups"][0]["TargetGroupArn"])
        self.elbv2.modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=wanted["Attributes"]
        )
        return arn

    def change(self, arn: str, wanted: Wanted) -> None:
        """Nothing: its health check decides who serves; each deployment sets its candidate's."""
        [found] = self.elbv2.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
        require_changeable(Kind.TARGET_GROUP, found, wanted)

    def delete(self, arn: str) -> None:
        try:
            self.elbv2.delete_target_group(TargetGroupArn=arn)
        except self.elbv2.exceptions.TargetGroupNotFoundException:
            return


@dataclass(frozen=True)
class ListenerRules(_Balanced):
    """Rules whose weights are Viridian's, and whose conditions and priority are the stack's."""

    def make(self, wanted: Wanted, _name: str, /) -> str:
        arguments = {n: value for n, value in wanted.items() if n != "tags"}
        try:
            made = self.elbv2.create_rule(**arguments, Tags=_pairs(wanted["tags"]))
        except self.elbv2.exceptions.PriorityInUseException:
            if (arn := self._made_before(wanted)) is None:
                raise
            return arn
        return str(made["Rules"][0]["RuleArn"])

    def change(self, arn: str, wanted: Wanted) -> None:
        """Its conditions and its priority; never its actions."""
        listener = arn.rpartition("/")[0].replace(":listener-rule/", ":listener/")
        require_changeable(Kind.LISTENER_RULE, {"ListenerArn": listener}, wanted)
        self.elbv2.modify_rule(RuleArn=arn, Conditions=wanted["Conditions"])
        [found] = self.elbv2.describe_rules(RuleArns=[arn])["Rules"]
        if str(found["Priority"]) != str(wanted["Priority"]):
            priority = {"RuleArn": arn, "Priority": wanted["Priority"]}
            self.elbv2.set_rule_priorities(RulePriorities=[priority])

    def delete(self, arn: str) -> None:
        try:
            self.elbv2.delete_rule(RuleArn=arn)
        except self.elbv2.exceptions.RuleNotFoundException:
            return

    def _made_before(self, wanted: Wanted) -> str | None:
        pages = self.elbv2.get_paginator("describe_rules").paginate(
            ListenerArn=wanted["ListenerArn"]
        )
        rules = (rule for page in pages for rule in page["Rules"])
        of_ours = (r for r in rules if _groups(r["Actions"]) == _groups(wanted["Actions"]))
        return next((rule["RuleArn"] for rule in of_ours), None)


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as ELBv2 takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _members(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as ECS takes them."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def _groups(actions: list[dict[str, Any]]) -> set[str]:
    """Target groups that actions name; both of a service's are named by its own rule alone."""
    configs = (action.get("ForwardConfig", {}) for action in actions)
    return {group["TargetGroupArn"] for c in configs for group in c.get("TargetGroups", ())}


@dataclass(frozen=True)
class Fleets:
    """ECS services; their first tasks run the task template under the service's first version."""

    ecs: Any
    fleets: EcsFleets

    def make(self, wanted: Wanted, name: str) -> str:
        place = {"cluster": wanted["cluster"], "services": [name]}
        for found in self.ecs.describe_services(**place)["services"]:
            if found["status"] == "ACTIVE":
                return str(found["serviceArn"])
        first = Release(wanted["service"], wanted["version"], bundle=None, image=None)
        revision = self.fleets.register(first, wanted["template"], wanted["family"])
        arguments = {n: value for n, value in wanted.items() if n not in OF_THE_FIRST_TASKS}
        arguments["tags"] = _members(wanted["tags"])
        made = self.ecs.create_service(serviceName=name, taskDefinition=revision, **arguments)
        return str(made["service"]["serviceArn"])

    def change(self, arn: str, wanted: Wanted) -> None:
        """Nothing: each deployment brings the network to its candidate."""
        place = {"cluster": arn.split("/")[-2], "services": [arn]}
        [found] = self.ecs.describe_services(**place)["services"]
        require_changeable(Kind.FLEET, {**found, "cluster": found["clusterArn"]}, wanted)

    def tag(self, arn: str, tags: Mapping[str, str], gone: list[str]) -> None:
        if tags:
            self.ecs.tag_resource(resourceArn=arn, tags=_members(tags))
        if gone:
            self.ecs.untag_resource(resourceArn=arn, tagKeys=gone)

    def delete(self, arn: str) -> None:
        """Stop its tasks, and wait for ten minutes until it is gone."""
        cluster = arn.split("/")[-2]
        try:
            self.ecs.delete_service(cluster=cluster, service=arn, force=True)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return
            raise
        self.ecs.get_waiter("services_inactive").wait(cluster=cluster, services=[arn])


@dataclass(frozen=True)
class Targets:
    """Scalable targets, whose id is the ARN of their fleet."""

    targets: ScalableTargets

    def make(self, wanted: Wanted, _name: str, /) -> str:
        scaling, arn, rests = (
            revive(Scaling, wanted["scaling"]),
            wanted["fleet"],
            wanted.get("rests"),
        )
        bounds = scaling.free() if rests is None else scaling.at_rest(rests)
        self.targets.bind(arn, bounds, most=scaling.max_capacity)
        return str(arn)

    def change(self, arn: str, wanted: Wanted) -> None:
        """How far it may grow; where it is live and nothing is deployed, its minimum as well, which
        otherwise comes with the next deployment.
        """
        require_changeable(Kind.SCALABLE_TARGET, {"fleet": arn}, wanted)
        scaling = revive(Scaling, wanted["scaling"])
        if self.targets.is_free(arn):
            self.targets.bind(arn, scaling.free(), most=scaling.max_capacity)
        else:
            self.targets.widen(arn, scaling.max_capacity)

    def tag(self, arn: str, tags: Mapping[str, str], gone: list[str]) -> None:
        """Nothing: its fleet has them, and a scalable target costs nothing."""

    def delete(self, arn: str) -> None:
        self.targets.forget(arn)
