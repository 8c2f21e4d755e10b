"""Executions of a state machine: how they are started and how they end."""

import json
from collections.abc import Iterator

from emulator.repairs.stepfunctions.executions import fail_late
from emulator.selfcheck import machine
from emulator.selfcheck.asking import expect, refusal_of
from emulator.selfcheck.checks.events import queue_of, received
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
    expect(states.describe_execution(executionArn=execution)["status"], "RUNNING")
    newer = machine.token_of(subject, "redriven", other_than=token)
    states.send_task_success(taskToken=newer, output="{}")
    yield
    expect(machine.ended(subject, execution)["status"], "SUCCEEDED")


def endings_are_announced(subject: Subject) -> Iterator[None]:
    """Each by its name: also that of a machine whose time is over."""
    waiting = machine.token_wait("announced", End=True)
    timed_out = machine.create(subject, "announced", first=waiting, TimeoutSeconds=1)
    queue = queue_of(subject, "aws.states", detail={"stateMachineArn": [timed_out]})
    machine.start(subject, timed_out)
    expect(received(subject, queue)["detail"]["status"], "RUNNING")
    yield
    found = received(subject, queue)["detail"]
    expect((found["name"], found["status"]), (NAME, "TIMED_OUT"))


def machines_start_executions_by_name(subject: Subject) -> Iterator[None]:
    """The same start twice is one; another one is refused by the name of the SDK."""
    waiting = machine.token_wait("started", End=True)
    started = machine.create(subject, "started", first=waiting)
    execution = machine.start(subject, started, entry="soak")
    arguments = {"StateMachineArn": started, "Name": NAME, "Input": "{% $states.input %}"}
    again = {"Type": "Task", "Resource": machine.START, "Arguments": arguments}
    refused = machine.catching("StepFunctions.ExecutionAlreadyExistsException")
    made = machine.create(subject, "starting", first={**again, "Catch": refused, "End": True})
    same = machine.start(subject, made, entry="soak")
    other = machine.create(subject, "refused", first={**again, "Catch": refused, "End": True})
    refusal = machine.start(subject, other, entry="restore")
    yield
    expect(json.loads(machine.ended(subject, same)["output"])["ExecutionArn"], execution)
    expect(machine.caught(subject, refusal), refused[0]["ErrorEquals"][0])


CHECKS: dict[Check, str] = {
    machines_are_timed_out: "stepfunctions.executions",
    succeed_states_have_their_output: "stepfunctions.executions",
    same_start_is_one_execution: "stepfunctions.starting",
    endings_are_final: "stepfunctions.executions",
    redriven_ones_go_on_where_they_ended: "stepfunctions.redriving",
    endings_are_announced: "stepfunctions.executions",
    machines_start_executions_by_name: "stepfunctions.starting",
}
