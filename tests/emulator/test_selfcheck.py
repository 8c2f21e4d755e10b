"""The self-check fails, and says what is wrong, when a repair has no effect any more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = "resources_are_made"  # what the checks are made on, before the first of them
NAMED_BY = {
    "cloudformation.networks": ["stacks_tell_the_names_of_their_resources"],
    "cloudformation.refusals": [
        "refused_resources_fail_their_stack",
        "refused_changes_fail_their_stack",
    ],
    "cloudformation.tags": ["tags_of_stacks_reach_rules_and_services"],
    "cloudwatch.alarms": [
        "alarms_keep_metric_math",
        "alarms_of_stacks_keep_metric_math",
        "alarms_follow_their_metric_math",
        "alarms_see_their_own_dimensions_only",
        "alarm_changes_are_announced",
    ],
    "cloudwatch.metrics": [
        "metrics_are_read_by_their_dimensions",
        "metric_math_is_answered_newest_first",
        "datapoints_are_added_to_lists_that_stay",
    ],
    "elbv2": ["only_the_data_plane_answers_requests"],
    "elbv2.actions": [RESOURCES],
    "elbv2.actions/_action_xml": [
        "weights_are_kept",
        "stickiness_is_kept",
        "one_group_is_told_in_both_forms",
    ],
    "elbv2.actions/_elbv2_listener_actions": ["stacks_keep_weights_and_are_routed"],
    "elbv2.naming": [
        "load_balancers_are_on_loopback",
        "stacks_tell_the_names_of_their_resources",
    ],
    "elbv2.publishing": [
        "answered_changes_are_routed",
        "registered_targets_are_routed",
        "told_health_is_routed",
        "stacks_keep_weights_and_are_routed",
    ],
    "elbv2.publishing/DescribeTargetHealth": ["told_health_is_routed"],
    "elbv2.publishing/on_change": ["registered_targets_are_routed"],
    "elbv2.rules": [
        "unknown_rules_are_refused",
        "unknown_groups_are_refused",
        "groups_know_their_load_balancers",
    ],
    "elbv2.target_health": [
        "targets_are_keyed_by_port",
        "groups_in_no_rule_are_unused",
        "health_is_what_was_seen",
        "deregistered_targets_drain",
        "deleted_groups_have_no_targets",
    ],
    "eventbridge": [
        "failed_functions_are_asked_again",
        "input_paths_find_elements_of_lists",
    ],
    "iam": [
        "rules_are_written_by_their_own_arn",
        "services_are_changed_by_their_own_arn",
        "every_described_service_is_authorised",
        "rules_are_written_by_their_tags",
        "services_are_reached_by_their_tags",
        "roles_are_passed_only_as_allowed",
        "tags_are_set_only_as_allowed",
        "loopback_counts_as_tls",
    ],
    "lambda_": [
        "function_errors_have_names",
        "workers_outlive_errors",
        "functions_act_under_their_role",
    ],
    "metrics": ["requests_become_datapoints"],
    "s3": ["uploads_are_announced_with_their_version"],
    "stepfunctions.elbv2_integration": [
        "rules_are_written_without_a_function",
        "direct_calls_fail_with_the_names_of_the_sdk",
    ],
    "stepfunctions.errors": ["runtime_errors_are_not_caught_by_all"],
    "stepfunctions.executions": [
        "machines_are_timed_out",
        "succeed_states_have_their_output",
        "stopped_executions_wait_no_longer",
        "endings_are_final",
    ],
    "stepfunctions.starting": ["same_start_is_one_execution"],
    "stepfunctions.tasks": [
        "quiet_waits_time_out",
        "attempts_come_soon_with_tokens_of_their_own",
    ],
    "stepfunctions.tokens": ["late_answers_are_refused"],
}
ONLY_OTHERS = {
    "cloudformation",
    "cloudwatch",
    "stepfunctions",
}  # their `apply` replaces nothing itself

pytestmark = pytest.mark.xdist_group("selfcheck")


class Emulator:
    """One that can make its self-check without a repair; see `without_repairs`."""

    def __init__(self, directory):
        command = [sys.executable, "-m", "tests.emulator.without_repairs"]
        self._process = subprocess.Popen(
            [*command, str(directory)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        known = json.loads(self._process.stdout.readline())
        self.repairs, self.checks = set(known["repairs"]), set(known["checks"])

    def complaint_without(self, repair, checks):
        print(json.dumps([repair, checks]), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        assert self._process.wait(timeout=30) == 0
        self._process.stdout.close()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    started = Emulator(tmp_path_factory.mktemp("without-repairs"))
    yield started
    started.close()


@pytest.mark.parametrize("repair", NAMED_BY)
def test_what_a_left_out_repair_breaks_is_named(emulator, repair):
    complaint = emulator.complaint_without(repair, NAMED_BY[repair])
    assert [check for check in NAMED_BY[repair] if f"{check}: " not in complaint] == []


def test_nothing_is_named_when_every_repair_holds(emulator):
    assert emulator.complaint_without(None, sorted(emulator.checks)) == ""


def test_every_repair_has_a_check_and_every_check_can_fail(emulator):
    named = {check for checks in NAMED_BY.values() for check in checks}
    assert emulator.repairs - NAMED_BY.keys() == ONLY_OTHERS
    assert named == {*emulator.checks, RESOURCES}
