"""Rules: what is said is kept, what is wrong is refused, what is answered is routed."""

import os
from urllib.parse import urlsplit

from emulator.selfcheck.asking import expect, refusal_of, status_of
from emulator.selfcheck.subject import NAME, NOT_FOUND, Check, Subject, fixed, only, weights_of


def load_balancers_are_on_loopback(subject: Subject) -> None:
    expect(subject.balancer["DNSName"], "127.0.0.1")


def weights_are_kept(subject: Subject) -> None:
    expect(weights_of(subject.action_of(subject.rule)), [90, 10])


def stickiness_is_kept(subject: Subject) -> None:
    action = subject.forward(90, 10)
    wanted = {"Enabled": True, "DurationSeconds": 60}
    action["ForwardConfig"]["TargetGroupStickinessConfig"] = wanted
    subject.client("elbv2").modify_rule(RuleArn=subject.rule, Actions=[action])
    found = subject.action_of(subject.rule)["ForwardConfig"]
    expect(found["TargetGroupStickinessConfig"], wanted)


def one_group_is_told_in_both_forms(subject: Subject) -> None:
    group = subject.groups[0]
    found = subject.action_of(subject.route("/one", 10, only(group)))
    expect(found["TargetGroupArn"], group)
    expect(found["ForwardConfig"]["TargetGroups"], [{"TargetGroupArn": group, "Weight": 1}])


def unknown_rules_are_refused(subject: Subject) -> None:
    describe = subject.client("elbv2").describe_rules
    expect(refusal_of(describe, RuleArns=[f"{subject.rule}0"]), "RuleNotFound")


def unknown_groups_are_refused(subject: Subject) -> None:
    elbv2 = subject.client("elbv2")
    actions = [only(f"{subject.groups[0]}0")]
    rule = {"Priority": 15, "Conditions": [{"Field": "path-pattern", "Values": ["/none"]}]}
    listener = {"LoadBalancerArn": subject.balancer["LoadBalancerArn"], "Port": 81}
    refusals = [
        refusal_of(elbv2.create_rule, ListenerArn=subject.listener, Actions=actions, **rule),
        refusal_of(elbv2.modify_rule, RuleArn=subject.rule, Actions=actions),
        refusal_of(elbv2.create_listener, DefaultActions=actions, Protocol="HTTP", **listener),
        refusal_of(elbv2.modify_listener, ListenerArn=subject.listener, DefaultActions=actions),
    ]
    expect(refusals, ["TargetGroupNotFound"] * 4)


def groups_know_their_load_balancers(subject: Subject) -> None:
    """Also by a rule, and with its weight 0."""
    found = subject.client("elbv2").describe_target_groups(TargetGroupArns=subject.groups)
    balancer = [subject.balancer["LoadBalancerArn"]]
    expect([group["LoadBalancerArns"] for group in found["TargetGroups"]], [balancer, balancer])


def answered_changes_are_routed(subject: Subject) -> None:
    elbv2 = subject.client("elbv2")
    expect(status_of(subject.port, "/"), NOT_FOUND)
    subject.route("/empty", 11, only(subject.groups[1]))
    expect(status_of(subject.port, "/empty"), 503)
    rule, other = subject.route("/new", 12, fixed(201)), subject.route("/n*", 13, fixed(202))
    expect(status_of(subject.port, "/new"), 201)
    priorities = [{"RuleArn": rule, "Priority": 13}, {"RuleArn": other, "Priority": 12}]
    elbv2.set_rule_priorities(RulePriorities=priorities)
    expect(status_of(subject.port, "/new"), 202)
    elbv2.modify_rule(RuleArn=other, Actions=[fixed(203)])
    expect(status_of(subject.port, "/new"), 203)
    elbv2.delete_rule(RuleArn=other)
    expect(status_of(subject.port, "/new"), 201)


def only_the_data_plane_answers_requests(subject: Subject) -> None:
    """ministack routes what comes below `/_alb`; for this one that is not a load balancer's."""
    subject.route("/by-emulator", 14, fixed(299))
    endpoint = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    assert endpoint.port is not None
    expect(status_of(endpoint.port, f"/_alb/{NAME}/by-emulator"), 404)


CHECKS: dict[Check, str] = {
    load_balancers_are_on_loopback: "elbv2.naming",
    weights_are_kept: "elbv2.actions/_action_xml",
    stickiness_is_kept: "elbv2.actions/_action_xml",
    one_group_is_told_in_both_forms: "elbv2.actions/_action_xml",
    unknown_rules_are_refused: "elbv2.rules",
    unknown_groups_are_refused: "elbv2.rules",
    groups_know_their_load_balancers: "elbv2.rules",
    answered_changes_are_routed: "elbv2.publishing",
    only_the_data_plane_answers_requests: "elbv2",
}
