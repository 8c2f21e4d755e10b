"""What a deployment asks: the hook machine calls it, and the deployment waits for the answer."""

import json
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from sfnx.testing import Call, Execution, Failure, Wait, run

from tests.adapters.conftest import KEEP_SESSION
from tests.core.shop import sides
from tests.core.test_hook import approval, subject
from tests.deployments_table import create_table
from tests.fakes import FakeExecutions, FakeLeases, FakeRecords
from tests.workflow.conftest import DEPLOYMENT, judged, lambda_failure
from tests.workflow.table_world import TABLE, TOKEN, Event, TableWorld, holder
from tests.workflow.test_controls import PeoplesWorld
from viridian.adapters.answers import Answers
from viridian.adapters.hooks import Hooks
from viridian.core.decision import Decision, Next
from viridian.core.deployment import Deployment
from viridian.core.hook import Answer, Reply, Subject
from viridian.core.lease import Holder
from viridian.core.phase import DETAIL_TYPE, SCHEMA, SOURCE, Phase
from viridian.core.plan import Step
from viridian.core.service.hooks import Point
from viridian.core.values import revive
from viridian.core.verdict import Finding, Verdict
from viridian.handlers import judge_candidate, shift_traffic
from viridian.handlers.hooks import take_answer
from viridian_cdk.machine import read_machine

HOOK = read_machine("hook")
CONTEXT = SimpleNamespace(
    function_name="take-answer",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:::function:take-answer",
    aws_request_id="request-1",
)
PASS = {"verdict": "pass", "reason": "fast"}
URL = "https://load.example/run"
CALLS = {"function": "CallFunction", "workflow": "RunWorkflow", "endpoint": "CallEndpoint"}
ANSWERED = {"function": "Payload", "workflow": "Output", "endpoint": "ResponseBody"}


def asked_of(kind: str, point: str = "after_ready") -> dict[str, Any]:
    """What the hook machine is started with to call such a target."""
    found = subject(point, 10, {"at": point})
    [[question], _] = found.questions()
    target = {"kind": kind, "arn": "arn:target", "url": URL if kind == "endpoint" else None}
    return found.request(replace(question, target=target))


def asked_of_people(**members: Any) -> dict[str, Any]:
    found = subject("after_ready", 10, approvals=[approval(**members)])
    [_, [question]] = found.questions()
    return found.request(question)


class HookWorld:
    """Answers the hook machine's Tasks; a deployment asked, and waits for what TakeAnswer keeps."""

    def __init__(self) -> None:
        self.says: dict[str, Any] = {"TellPeople": {}, "TellBus": {}, "PageOperators": {}}
        self.leases, self.records = FakeLeases(), FakeRecords()
        self.executions = FakeExecutions(("token",))
        self.waits: list[Wait] = []

    def ask(self, request: dict[str, Any], machine: dict[str, Any] = HOOK) -> Execution:
        """Run the machine for one question."""
        deployment_id = request["deployment_id"]
        self.leases.acquire("shop", deployment_id, now="12:00", watched_alarms=())
        self.leases.ask(Holder("shop", deployment_id, 1), request["key"], {"asked_at": 1})
        self.leases.set("shop", waits={"watch": "token"})
        return run(machine, request, self._task, on_wait=self.waits.append)

    def kept(self, key: str = "load") -> tuple[str, str]:
        """What the lease has of an answer."""
        found = self.leases.get("shop").hooks[key]
        return found["verdict"], found["said"]

    def _task(self, call: Call) -> Any:
        if call.state == "TakeAnswer":
            arguments: Any = call.arguments
            answers = Answers(self.leases, self.records, self.executions)
            answer = take_answer.handler(arguments["Payload"], CONTEXT, answers)
            return {"StatusCode": 200, "Payload": answer}
        answer = self.says[call.state]
        if isinstance(answer, Failure):
            raise answer
        return answer


def arguments_of(execution: Execution, state: str) -> Any:
    [found] = [call.arguments for call in execution.calls if call.state == state]
    return found


@pytest.mark.parametrize("kind", CALLS)
def test_each_kind_of_hook_is_called_once_with_what_it_is_asked_and_its_answer_kept(
    kind: str,
) -> None:
    world, request = HookWorld(), asked_of(kind)
    world.says[CALLS[kind]] = {ANSWERED[kind]: PASS}

    execution = world.ask(request)

    assert execution.states[:3] == ("WhichHook", CALLS[kind], "TakeAnswer")
    asked = request["asked"]
    assert (
        arguments_of(execution, CALLS[kind])
        == {
            "function": {"FunctionName": "arn:target", "Payload": asked},
            "workflow": {"StateMachineArn": "arn:target", "Name": "execution", "Input": asked},
            "endpoint": {
                "ApiEndpoint": URL,
                "Method": "POST",
                "InvocationConfig": {"ConnectionArn": "arn:target"},
                "RequestBody": asked,
            },
        }[kind]
    )
    assert world.kept() == ("pass", "fast")
    assert world.executions.answers == {"token": "{}"}
    assert world.records.controls[0].members["request_id"] == "execution"


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (lambda_failure("KeyError", "'boom'"), "KeyError: 'boom'"),
        (Failure("States.Timeout", "no answer"), "States.Timeout: no answer"),
        (Failure("States.Http.StatusCode.500", "down"), "States.Http.StatusCode.500: down"),
    ],
)
def test_who_fails_or_is_silent_is_kept_as_no_answer_with_the_cause(
    kind: str, failure: Failure, told: str
) -> None:
    world = HookWorld()
    world.says[CALLS[kind]] = failure

    execution = world.ask(asked_of(kind))

    assert world.kept() == ("no_answer", told)
    assert [call.state for call in execution.calls] == [CALLS[kind], "TakeAnswer"], "not twice"
    assert execution.states[-1] == "Answered"
    assert world.executions.answers == {"token": "{}"}


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("answer", [{}, None, "well"])
def test_who_answers_with_no_verdict_or_nothing_at_all_has_not_answered(
    kind: str, answer: Any
) -> None:
    world = HookWorld()
    world.says[CALLS[kind]] = {} if answer == {} else {ANSWERED[kind]: answer}

    assert world.ask(asked_of(kind)).states[-1] == "Answered"
    assert world.kept()[0] == "no_answer"


@pytest.mark.parametrize("kind", CALLS)
def test_a_hook_has_as_long_as_the_service_gives_it(kind: str) -> None:
    """The interpreter does not evaluate a timeout, so it is handed over as an argument."""
    state = HOOK["States"][CALLS[kind]]
    telling = {**state, "Arguments": {"seconds": state["TimeoutSeconds"]}}
    machine = {**HOOK, "States": {**HOOK["States"], CALLS[kind]: telling}}
    world = HookWorld()
    world.says[CALLS[kind]] = {ANSWERED[kind]: PASS}

    assert arguments_of(world.ask(asked_of(kind), machine), CALLS[kind]) == {"seconds": 120}


@pytest.mark.parametrize(
    ("on_no_answer", "then"), [("restore", "it goes back."), ("advance", "it goes on.")]
)
def test_people_are_told_by_message_and_event_and_have_until_the_deadline(
    on_no_answer: str, then: str
) -> None:
    world, request = HookWorld(), asked_of_people(on_no_answer=on_no_answer)

    execution = world.ask(request)

    message = arguments_of(execution, "TellPeople")
    assert message["Subject"] == "shop: approval asked"
    assert json.loads(message["Message"])["default"].split("\n\n")[:-1] == [
        "shop 1.1.0 asks: go",
        "At after_ready, 10 %: nothing is wrong. Without an answer within 60 s " + then,
        f"Since 2026-01-01T00:00:00.000Z, deployment {request['deployment_id']}.",
        "What to do: viridian approve (or reject) shop --key go --reason ..., or call the "
        'function Approve with {"answer": "approve" or "reject", "service": "shop", "key": "go", '
        '"by": "...", "reason": "..."}.',
    ]
    [event] = arguments_of(execution, "TellBus")["Entries"]
    assert (event["Source"], event["DetailType"]) == (SOURCE, DETAIL_TYPE)
    assert Phase(**event["Detail"]) == Phase(
        schema=SCHEMA,
        id="execution",
        phase="asked",
        service="shop",
        deployment_id=request["deployment_id"],
        version="1.1.0",
        at="2026-01-01T00:00:00.000Z",
        candidate_percent=10,
        key="go",
        point="after_ready",
        evidence="nothing is wrong",
        seconds=60,
    )
    assert world.waits == [Wait("AwaitPeople", 60, None)]
    assert world.kept("go") == ("no_answer", "nobody answered in time")
    assert "PageOperators" not in execution.states


@pytest.mark.parametrize("lost", ["TellPeople", "TellBus"])
def test_a_message_that_got_lost_stops_nothing(lost: str) -> None:
    world = HookWorld()
    world.says[lost] = Failure("Sns.InternalErrorException")

    execution = world.ask(asked_of_people())

    told = ("TellPeople", "TellBus", "AwaitPeople", "NoAnswer")
    assert tuple(dict.fromkeys(execution.states))[1:5] == told
    assert world.kept("go")[0] == "no_answer"


def test_what_people_answered_by_then_stays() -> None:
    world, request = HookWorld(), asked_of_people()

    def answered(_: Wait) -> None:
        said = {"verdict": "pass", "said": "alice: fine"}
        world.leases.answer("shop", request["deployment_id"], "go", **said)

    world.waits = SimpleNamespace(append=answered)  # type: ignore[assignment]
    world.ask(request)

    assert world.kept("go") == ("pass", "alice: fine")
    assert (world.executions.answers, world.records.controls) == ({}, [])


@pytest.mark.parametrize(("verdict", "is_paged"), [("pass", False), ("fail", True)])
def test_people_are_paged_where_a_hook_does_not_say_that_a_restore_is_well(
    verdict: str, is_paged: bool
) -> None:
    world, request = HookWorld(), asked_of("function", "after_restore")
    world.says["CallFunction"] = {"Payload": {"verdict": verdict, "reason": "half is down"}}

    execution = world.ask(request)

    assert ("PageOperators" in execution.states) is is_paged
    assert execution.states[-1] == "Answered"
    if is_paged:
        page = arguments_of(execution, "PageOperators")
        assert page["Subject"] == "shop: load fail"
        told = json.loads(page["Message"])["default"]
        assert "The hook load then says fail: half is down\n" in told
        assert f"deployment {request['deployment_id']}." in told


def test_every_state_of_the_hook_machine_is_reached() -> None:
    reached: set[str] = set()
    for kind in CALLS:
        world = HookWorld()
        world.says[CALLS[kind]] = Failure("States.Timeout")
        reached |= set(world.ask(asked_of(kind, "after_restore")).states)
    reached |= set(HookWorld().ask(asked_of_people()).states)

    assert reached == set(HOOK["States"])


HOOKS = (
    {"name": "early", "at": "before_prepare"},
    {"name": "ready", "at": "after_ready"},
    {"name": "second", "at": "before_shift", "percent": 50},
    {"name": "baked", "at": "after_step", "percent": 100},
)
WAITS = {
    "early": "AwaitHooks",
    "ready": "AwaitResume",
    "second": "Bake",
    "baked": "Bake",
}
"""Where the deployment waits for each of them."""


class AskingWorld(PeoplesWorld):
    """A world whose service has some of these hooks: what is asked and kept is real."""

    def __init__(self, dynamodb: Any) -> None:
        super().__init__(dynamodb)
        self.started = FakeExecutions()
        self.hooks = Hooks(self.leases, "arn:hook", lambda: self.started)
        self.asking: set[str] = set()

    def only(self, *names: str) -> "AskingWorld":
        """Have it ask these alone."""
        self.asking = {*names}
        return self

    @property
    def deployment(self) -> Deployment:
        hooks = [hook for hook in HOOKS if hook["name"] in self.asking]
        return replace(subject("", 0, *hooks).deployment, id=DEPLOYMENT["id"])

    def answer(self, key: str, verdict: str = "pass") -> None:
        """As TakeAnswer does; a wait that it ends is seen by the state in which it comes."""
        self.executions = FakeExecutions((TOKEN,))
        answers = Answers(self.leases, self.records, self.executions)
        answer = Answer.of_hook({"verdict": verdict, "reason": "because"})
        reply = Reply(
            "shop", DEPLOYMENT["id"], key, answer, "hook", "2027-01-15T08:00:00Z", "execution"
        )
        assert answers.take(reply)[0]

    def _prepare_candidate(self, arguments: dict[str, Any]) -> Any:
        own = self._heard(arguments)
        asked = Subject(self.deployment, "green", Point.BEFORE_PREPARE, 0, "")
        self.hooks.require_passed(own, asked, now=self.now)
        return super()._prepare_candidate(arguments)

    def _shift_traffic(self, arguments: dict[str, Any]) -> Any:
        own, payload = self._heard(arguments), arguments["Payload"]
        step, after = revive(Step, payload["step"]), payload["after_percent"]
        given = shift_traffic.Input(
            *(own.service, own.deployment_id, own.fence, self.deployment, "then", sides()),
            *("arn:shop:2", step, after),
        )
        shift_traffic.require_let_pass(given, self.hooks, now=self.now)
        return super()._shift_traffic(arguments)

    def _judge_candidate(self, arguments: dict[str, Any]) -> Any:
        own, payload = holder(arguments), arguments["Payload"]
        given = judge_candidate.Input(
            *(own.service, own.deployment_id, own.fence, self.deployment, "then", sides()),
            *(revive(Step, payload["step"]), payload["shifted_at"], payload["is_first_step"]),
        )
        well, on = Verdict(Finding.HEALTHY, "fine"), Decision(Next.ADVANCE)
        decision, failure = judge_candidate.let_pass(given, well, on, self.hooks, now=self.now)
        return {**judged(decision.next), "failure": failure}

    def _heard(self, arguments: dict[str, Any]) -> Holder:
        own = holder(arguments)
        self.leases.hear(own, self.leases.get("shop")).require_open(own)
        return own


@pytest.fixture(scope="module")
def dynamodb() -> Any:
    return boto3.session.Session().client("dynamodb")


@pytest.fixture
def world(dynamodb: Any) -> Iterator[AskingWorld]:
    with mock_aws(config=KEEP_SESSION):
        create_table(dynamodb, TABLE["${TableName}"])
        yield AskingWorld(dynamodb)


def answering(
    world: AskingWorld, place: dict[str, Event], state: str, key: str, verdict: str = "pass"
) -> None:
    """Have it answered there, once it is asked."""

    def comes(_: TableWorld) -> None:
        if key in world.leases.get("shop").hooks:
            world.answer(key, verdict)
        else:
            place[state] = comes

    place[state] = comes


SHIFTED_BEFORE = {"early": 0, "ready": 0, "second": 1, "baked": 3}


@pytest.mark.parametrize("key", WAITS)
def test_a_deployment_waits_for_its_hook_where_it_is_and_goes_on_when_that_lets_it_pass(
    world: AskingWorld, key: str
) -> None:
    state, waited_at = WAITS[key], list[int]()

    def comes(_: TableWorld) -> None:
        world.during[state] = comes
        if key in world.leases.get("shop").hooks and not waited_at:
            waited_at.append(len(world.splits))
            world.answer(key)

    world.during[state] = comes

    execution = world.only(key).deploy()

    assert (execution.error, world.splits) == (None, [10, 50, 100])
    assert waited_at == [SHIFTED_BEFORE[key]]
    assert [each["key"] for each in world.started.started.values()] == [key]


@pytest.mark.parametrize(
    ("key", "ending"),
    [
        ("early", "CandidateRejected"),
        ("ready", "CandidateRejected"),
        ("second", "DeploymentReverted"),
        ("baked", "DeploymentReverted"),
    ],
)
def test_what_is_not_let_pass_ends_in_the_hook_s_words_with_live_whole(
    world: AskingWorld, key: str, ending: str
) -> None:
    answering(world, world.during, WAITS[key], key, "fail")

    execution = world.only(key).deploy()

    assert (execution.error, world.percent) == (ending, 0)
    assert (execution.cause or "").endswith(f"HookFailed: {key}: fail: because")
    assert len(world.splits) == SHIFTED_BEFORE[key]


@pytest.mark.parametrize(
    ("key", "look"), [("early", "PrepareCandidate"), ("ready", "ShiftTraffic")]
)
def test_an_answer_that_came_between_the_look_and_the_wait_is_not_missed(
    world: AskingWorld, key: str, look: str
) -> None:
    """Nothing else would end that wait for ten minutes."""
    answering(world, world.before, WAITS[key], key)

    execution = world.only(key).deploy()

    assert execution.error is None
    assert WAITS[key] not in world.stored
    start = execution.states.index(look)
    assert [state for state in execution.states[start:] if state != "HasTraffic"][:3] == [
        look,
        WAITS[key],
        look,
    ]


@pytest.mark.parametrize("key", ["early", "ready"])
def test_a_word_that_got_lost_is_found_by_the_next_look(world: AskingWorld, key: str) -> None:
    def unheard(_: TableWorld) -> None:
        world.answer(key)
        world.executions = FakeExecutions()

    world.during[WAITS[key]] = unheard

    assert world.only(key).deploy().error is None


def test_who_asks_two_waits_for_each_word_anew(world: AskingWorld) -> None:
    """The first was heard: it does not keep the deployment from waiting for the second."""
    answering(world, world.before, "AwaitHooks", "early")
    answering(world, world.during, "AwaitResume", "ready")

    execution = world.only("early", "ready").deploy()

    assert (execution.error, world.stored.count("AwaitResume")) == (None, 1)


def test_a_resume_that_came_between_the_look_and_the_wait_is_not_missed_either(
    world: AskingWorld,
) -> None:
    def paused(_: TableWorld) -> None:
        world.ask("pause")
        world.before["AwaitResume"] = resumed

    def resumed(_: TableWorld) -> None:
        world.ask("resume")

    world.before["ShiftTraffic"] = paused

    execution = world.deploy()

    assert (execution.error, "AwaitResume" in world.stored) == (None, False)
    assert "AwaitResume" in execution.states


@pytest.mark.parametrize("key", ["early", "ready"])
def test_an_abort_ends_the_wait_for_an_answer(world: AskingWorld, key: str) -> None:
    def aborted(_: TableWorld) -> None:
        world.ask("abort")

    world.during[WAITS[key]] = aborted

    execution = world.only(key).deploy()

    assert (execution.error, world.splits) == ("CandidateRejected", [])
    assert execution.cause == "DeploymentAborted: aborted by alice: because"
