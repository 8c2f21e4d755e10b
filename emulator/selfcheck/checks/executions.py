"""Executions of a state machine: how they are started and how they end."""

import json
from collections.abc import Iterator

from emulator.repairs.stepfunctions.executions import fail_late
from emulator.selfcheck import machine
from emulator.selfcheck.asking import expect, refusal_of
from emulator.selfcheck.subject import NAME, Check, Subject


def machines_are_timed_out(subject: Subject) -> Iterator[None]:
    state = machine.token_wait("slow", End=True)
    slow = machine.create(subject, "slow", first=state, TimeoutSeconds=1)
    execution = machine.start(subject, slow)
    yield
    expect(machine.ended(subject, execution)["status"], "TIMED_OUT")


def succeed_states_have_their_output(subject: Subject) -> Iterator[None]:
    done = {"Type": "Succeed", "Output": {"version": "{% $states.input.version %}"}}
    made = machine.create(subject, "output", first=done)
    execution = machine.start(subject, made, version="1.1.0", more=1)
    yield
    expect(json.loads(machine.ended(subject, execution)["output"]), {"version": "1.1.0"})


def same_start_is_one_execution(subject: Subject) -> None:
    made = machine.create(subject, "same", first=machine.token_wait("same", End=True))
    execution = machine.start(subject, made)
    expect(machine.start(subject, made), execution)
    other = {"stateMachineArn": made, "name": NAME, "input": '{"other": true}'}
    start = subject.client("stepfunctions").start_execution
    expect(refusal_of(start, **other), "ExecutionAlreadyExists")
    subject.client("stepfunctions").stop_execution(executionArn=execution)
    expect(refusal_of(start, **{**other, "input": "{}"}), "ExecutionAlreadyExists")


def endings_are_final(subject: Subject) -> Iterator[None]:
    """A failure that comes after them changes nothing."""
    made = machine.create(subject, "final", first={"Type": "Succeed"})
    execution = machine.start(subject, made)
    yield
    expect(machine.ended(subject, execution)["status"], "SUCCEEDED")
    fail_late(execution)
    expect(machine.ended(subject, execution)["status"], "SUCCEEDED")


def redriven_ones_go_on_where_they_ended(subject: Subject) -> Iterator[None]:
    made = machine.create(subject, "redriven", first=machine.token_wait("redriven", End=True))
    execution = machine.start(subject, made)
    token = machine.token_of(subject, "redriven")
    states = subject.client("stepfunctions")
    states.stop_execution(executionArn=execution)
    states.redrive_execution(executionArn=execution)
    newer = machine.token_of(subject, "redriven", other_than=token)
    states.send_task_success(taskToken=newer, output="{}")
    yield
    expect(machine.ended(subject, execution)["status"], "SUCCEEDED")


CHECKS: dict[Check, str] = {
    machines_are_timed_out: "stepfunctions.executions",
    succeed_states_have_their_output: "stepfunctions.executions",
    same_start_is_one_execution: "stepfunctions.starting",
    endings_are_final: "stepfunctions.executions",
    redriven_ones_go_on_where_they_ended: "stepfunctions.redriving",
}
