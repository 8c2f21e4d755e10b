"""Functions: their errors have names, their workers stay, their calls are their role's."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import boto3

from emulator import environment
from emulator.selfcheck import function
from emulator.selfcheck.asking import expect
from emulator.selfcheck.subject import NAME, Check, Subject

Answer = dict[str, Any]

EVENTS: tuple[Answer, ...] = ({}, {"fail": True}, {})


def function_errors_have_names(subject: Subject) -> Iterator[None]:
    answers = subject.once(_answers)
    yield
    _, failure, _ = answers.result()
    expect((failure["errorType"], failure["errorMessage"]), ("Reverted", "on purpose"))
    expect("in handler" in failure["stackTrace"][-1], True)


def workers_outlive_errors(subject: Subject) -> Iterator[None]:
    answers = subject.once(_answers)
    yield
    first, _, last = answers.result()
    expect(last["worker"], first["worker"])


def functions_act_under_their_role(subject: Subject) -> Iterator[None]:
    answers = subject.once(_answers)
    yield
    sts: Any = boto3.client("sts", **answers.result()[0]["credentials"])
    wanted = f"arn:aws:sts::{environment.ACCOUNT}:assumed-role/{NAME}/{NAME}"
    expect(sts.get_caller_identity()["Arn"], wanted)


def _answers(subject: Subject) -> Future[list[Answer]]:
    """What one function answers to the events in turn; its worker starts in the background."""
    functions = subject.client("lambda")
    function.create(functions, NAME, function.FAILING_WHEN_TOLD)
    pool = ThreadPoolExecutor(1)
    answers = pool.submit(lambda: [function.invoke(functions, NAME, **e) for e in EVENTS])
    pool.shutdown(wait=False)
    return answers


CHECKS: dict[Check, str] = {
    function_errors_have_names: "lambda_",
    workers_outlive_errors: "lambda_",
    functions_act_under_their_role: "lambda_",
}
