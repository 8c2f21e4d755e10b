"""Tasks of a state machine: how long they wait, how they fail, what is tried again."""

import json
from collections.abc import Iterator

from emulator.selfcheck import machine
from emulator.selfcheck.asking import eventually, expect, refusal_of
from emulator.selfcheck.subject import NAME, Check, Subject, weights_of

ONE_MORE = {
    "IntervalSeconds": 60,
    "MaxDelaySeconds": 1,
    "JitterStrategy": "FULL",
    "MaxAttempts": 1,
}


def quiet_waits_time_out(subject: Subject) -> Iterator[None]:
    """After as many seconds as a JSONata expression says."""
    seconds = "{% $states.input.seconds %}"
    state = machine.token_wait(
        "quiet", TimeoutSeconds=seconds, Catch=machine.catching("States.Timeout"), End=True
    )
    execution = machine.start(subject, machine.create(subject, "quiet", first=state), seconds=1)
    yield
    expect(machine.caught(subject, execution), "States.Timeout")


def attempts_come_soon_with_tokens_of_their_own(subject: Subject) -> Iterator[None]:
    """After no more than the longest delay."""
    retry = {"ErrorEquals": ["States.TaskFailed"], **ONE_MORE}
    state = machine.token_wait("again", Retry=[retry], Catch=machine.catching("Second"), End=True)
    execution = machine.start(subject, machine.create(subject, "again", first=state))
    states = subject.client("stepfunctions")
    first = machine.token_of(subject, "again")
    states.send_task_failure(taskToken=first, error="First")
    yield
    second = machine.token_of(subject, "again", other_than=first)
    states.send_task_failure(taskToken=second, error="Second")
    expect(machine.caught(subject, execution), "Second")


def late_answers_are_refused(subject: Subject) -> None:
    state = machine.token_wait("late", Catch=machine.catching("Breach"), End=True)
    execution = machine.start(subject, machine.create(subject, "late", first=state))
    answer = {"taskToken": machine.token_of(subject, "late"), "error": "Breach"}
    states = subject.client("stepfunctions")
    states.send_task_failure(**answer)
    expect(machine.caught(subject, execution), "Breach")
    expect(refusal_of(states.send_task_failure, **answer), "TaskTimedOut")
    success = {"taskToken": answer["taskToken"], "output": "{}"}
    expect(refusal_of(states.send_task_success, **success), "TaskTimedOut")
    heartbeat = {"taskToken": answer["taskToken"]}
    expect(refusal_of(states.send_task_heartbeat, **heartbeat), "TaskTimedOut")


def stopped_executions_wait_no_longer(subject: Subject) -> None:
    """And no Catch sees it."""
    state = machine.token_wait("stopped", Catch=machine.catching("States.ALL"), End=True)
    execution = machine.start(subject, machine.create(subject, "stopped", first=state))
    token = machine.token_of(subject, "stopped")
    states = subject.client("stepfunctions")
    states.stop_execution(executionArn=execution)
    eventually(
        lambda: refusal_of(states.send_task_heartbeat, taskToken=token),
        lambda code: code == "TaskTimedOut",
    )
    expect(machine.ended(subject, execution)["status"], "ABORTED")
    history = states.get_execution_history(executionArn=execution)["events"]
    expect([event["type"] for event in history].count("TaskStateEntered"), 1)
    expect([event["type"] for event in history].count("SucceedStateEntered"), 0)


def rules_are_written_without_a_function(subject: Subject) -> Iterator[None]:
    rule = subject.route("/written", 31, subject.forward(90, 10))
    write = machine.rule_write(rule, subject.forward(100, 0), End=True)
    execution = machine.start(subject, machine.create(subject, "write", first=write))
    yield
    output = json.loads(machine.ended(subject, execution)["output"])
    expect(output["Rules"][0]["RuleArn"], rule)
    expect(weights_of(subject.action_of(rule)), [100, 0])


def direct_calls_fail_with_the_names_of_the_sdk(subject: Subject) -> Iterator[None]:
    write = machine.rule_write(f"{subject.rule}0", subject.forward(1, 0), End=True)
    execution = machine.start(subject, machine.create(subject, "unknown", first=write))
    yield
    error = machine.ended(subject, execution).get("error")
    expect(error, "ElasticLoadBalancingV2.RuleNotFoundException")


def messages_are_refused_with_the_names_of_the_sdk(subject: Subject) -> Iterator[None]:
    topics = subject.client("sns")
    topic = topics.create_topic(Name=NAME)["TopicArn"]
    arguments = {"TopicArn": "{% $states.input.topic %}", "Message": "x"}
    send = {"Type": "Task", "Resource": machine.PUBLISH, "Arguments": arguments, "End": True}
    sent = machine.start(subject, machine.create(subject, "send", first=send), topic=topic)
    made = machine.create(subject, "send-nowhere", first=send)
    refused = machine.start(subject, made, topic=f"{topic}-unknown")
    yield
    expect("MessageId" in json.loads(machine.ended(subject, sent)["output"]), True)
    expect(machine.ended(subject, refused).get("error"), "Sns.NotFoundException")


def runtime_errors_are_not_caught_by_all(subject: Subject) -> Iterator[None]:
    """A parameter of the wrong type is such an error."""
    broken = {**subject.forward(1, 0), "Order": "none"}
    catch = machine.catching("States.ALL")
    write = machine.rule_write(subject.rule, broken, Catch=catch, End=True)
    execution = machine.start(subject, machine.create(subject, "invalid", first=write))
    yield
    expect(machine.ended(subject, execution).get("error"), "States.Runtime")


CHECKS: dict[Check, str] = {
    quiet_waits_time_out: "stepfunctions.tasks",
    attempts_come_soon_with_tokens_of_their_own: "stepfunctions.tasks",
    late_answers_are_refused: "stepfunctions.tokens",
    stopped_executions_wait_no_longer: "stepfunctions.executions",
    rules_are_written_without_a_function: "stepfunctions.query_integrations",
    direct_calls_fail_with_the_names_of_the_sdk: "stepfunctions.query_integrations",
    messages_are_refused_with_the_names_of_the_sdk: "stepfunctions.query_integrations",
    runtime_errors_are_not_caught_by_all: "stepfunctions.errors",
}
