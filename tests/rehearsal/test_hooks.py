"""A shop under traffic that asks on its way: functions, a workflow, an endpoint, and people."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rehearsal.session import Rehearsal
from rehearsal.traffic import Traffic
from tests.assemblies import ASKED, SCAN_KEY, Assemblies
from tests.rehearsal.listening import Heard
from tests.rehearsal.live_shop import LOOK_SECONDS, eventually, live_shop, shop_release
from viridian_cli.deployment import Deployment, Ending
from viridian_cli.release import PackedRelease, pack

pytestmark = pytest.mark.xdist_group("hooks")

LONGEST_SECONDS = 120.0
SECRET, TOKEN = "viridian/test/shop/token", "Bearer planted-4f1c"
GUARD = f"""\
        if headers.get("user-agent") == "Viridian" and headers.get("authorization") != "{TOKEN}":
            status = 401
        return _response("""


class Stage:
    """A shop that is live under traffic, its function Approve, and releases to try on it."""

    def __init__(self, rehearsal: Rehearsal, traffic: Traffic, folder: Path) -> None:
        self.rehearsal, self.traffic, self.folder = rehearsal, traffic, folder
        self.heard = Heard.on(rehearsal)
        self._table = rehearsal.outputs.table

    def upload(self, version: str) -> Deployment:
        """Upload the shop as another version; the deployment, once it waits for people."""
        deployment = self.rehearsal.upload(shop_release(self.folder, version))
        eventually(lambda: deployment.look().state == "AwaitResume", LONGEST_SECONDS)
        return deployment

    def guarded(self, version: str) -> PackedRelease:
        """A shop that answers Viridian with the token alone; its load balancer asks as another."""
        shop_release(self.folder, version)
        app = self.folder / version / "app.py"
        text = app.read_text().replace("REASONS = {", 'REASONS = {401: "Unauthorized", ')
        app.write_text(text.replace("        return _response(", GUARD, 1))
        return pack(app.parent)

    def answer(self, answer: str, **members: Any) -> dict[str, Any]:
        """Invoke the function, as from the console."""
        said = {"answer": answer, "service": "shop", "by": "alice", "reason": "ticket 4711"}
        invoked = self.rehearsal.client("lambda").invoke(
            FunctionName=self.rehearsal.outputs.told["ApproveFunctionName"],
            Payload=json.dumps(said | members),
        )
        told: dict[str, Any] = json.load(invoked["Payload"])
        assert "FunctionError" not in invoked, told
        return told

    def interfere(self, state: str, kind: str, **more: Any) -> int:
        """Have something go wrong in a state of the hook machine."""
        where = {"machine": self.rehearsal.outputs.told["HookMachineArn"], "state": state}
        return self.rehearsal.control.interfere(where, "check", kind, **more)

    @property
    def lease(self) -> dict[str, Any]:
        """The item, as DynamoDB has it."""
        key = {"pk": {"S": "LEASE"}, "sk": {"S": "SERVICE#shop"}}
        found = self.rehearsal.client("dynamodb").get_item(TableName=self._table, Key=key)
        item: dict[str, Any] = found["Item"]
        return item

    def asks(self, key: str) -> bool:
        """Whether the deployment in progress waits for an answer to that."""
        kept = self.lease.get("hooks", {"M": {}})["M"].get(key)
        return kept is not None and "verdict" not in kept["M"]

    def everything_kept(self) -> str:
        """All items of the table, and all that every deployment's execution was given and told."""
        states, told_at = self.rehearsal.client("stepfunctions"), self.rehearsal.outputs
        pages = states.get_paginator("list_executions").paginate(
            stateMachineArn=told_at.state_machine_arn
        )
        runs = [run["executionArn"] for page in pages for run in page["executions"]]
        history = states.get_paginator("get_execution_history")
        told = [page["events"] for run in runs for page in history.paginate(executionArn=run)]
        kept = self.rehearsal.client("dynamodb").scan(TableName=self._table)["Items"]
        assert kept
        assert told
        return f"{kept} {told}"

    def phases(self, deployment: Deployment, last: str) -> list[tuple[str, int | None]]:
        """Those that a deployment was told to have come to, with its share; none before the last
        was.
        """
        found = self.heard.phases(deployment.id)
        told = [(phase["phase"], phase.get("candidate_percent")) for phase in found]
        return told if last in dict(told) else []

    def ending(self, deployment: Deployment) -> Ending:
        """How it ended."""
        return deployment.ending(every_seconds=LOOK_SECONDS, longest_seconds=LONGEST_SECONDS)

    def tell_requester(self, deployment: Deployment, arn: str) -> None:
        """As CloudTrail's event of its start does, which the emulated account has not."""
        functions = self.rehearsal.client("lambda")
        names = [each["FunctionName"] for each in functions.list_functions()["Functions"]]
        told = {
            "at": "2026-11-01T12:00:00Z",
            "identity": {"type": "IAMUser", "arn": arn},
            "ip": "203.0.113.7",
            "execution": deployment.arn,
        }
        answer = functions.invoke(
            FunctionName=next(name for name in names if "RequesterTold" in name),
            Payload=json.dumps(told),
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def record(self, deployment: Deployment) -> dict[str, Any]:
        """Its item, as DynamoDB has it."""
        key = {"pk": {"S": "SERVICE#shop"}, "sk": {"S": f"DEPLOYMENT#{deployment.id}"}}
        found = self.rehearsal.client("dynamodb").get_item(TableName=self._table, Key=key)
        item: dict[str, Any] = found["Item"]
        return item

    def said(self, deployment: Deployment) -> dict[str, str]:
        """What the deployment's record has of answers, each once, by what was asked and said."""
        item = self.record(deployment)
        kept = [control["M"] for control in item.get("controls", {"L": []})["L"]]
        said = {each["action"]["S"]: each["reason"]["S"] for each in kept}
        assert len(said) == len(kept)
        return said


class Scanner(BaseHTTPRequestHandler):
    """Fails versions 8, and answers nobody without its key."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_known = self.path == "/scans" and self.headers["X-Key"] == SCAN_KEY
        said = {
            "verdict": "fail" if asked["version"].startswith("8") else "pass",
            "reason": f"scanned {asked['test_url']}",
            "link": "https://tests.example/2",
        }
        body = json.dumps(said if is_known else {"message": "Forbidden"}).encode()
        self.send_response(200 if is_known else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """What is asked is in the deployments' records."""


@contextmanager
def scanner() -> Iterator[int]:
    """One that listens; its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Scanner) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, assemblies: Assemblies) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("hooks")
    with (
        scanner() as port,
        live_shop(folder, assemblies.at(ASKED), ScanPort=str(port)) as (rehearsal, traffic),
    ):
        rehearsal.client("secretsmanager").create_secret(Name=SECRET, SecretString=TOKEN)
        yield Stage(rehearsal, traffic, folder)


@pytest.mark.long
def test_all_that_is_asked_lets_a_release_pass_and_is_kept(stage: Stage) -> None:
    """Also where the first answer is kept, and Lambda says that it was not."""
    number = stage.interfere("TakeAnswer", "failed", error="Lambda.Unknown")
    deployment = stage.upload("3.0.0")
    assert stage.rehearsal.control.seen(number)
    assert deployment.candidate_percent() == 0

    told = stage.answer("approve")

    assert told == {"changed": True, "did": f"{deployment.id}: go is answered: approve"}
    ending = stage.ending(deployment)
    assert ending.error is None, ending.cause
    assert "was answered before (alice: ticket" in stage.answer("reject", key="go")["did"]
    stage.tell_requester(deployment, "arn:aws:iam::000000000000:user/Bob")
    asked_by = stage.record(deployment)["requested_by"]["S"]
    assert asked_by == "2026-11-01T12:00:00Z by arn:aws:iam::000000000000:user/Bob from 203.0.113.7"
    assert stage.said(deployment) == {
        "check: pass": "check was here",
        "go: pass": "alice: ticket 4711",
        "scan: pass": f"scanned {stage.rehearsal.registration()['test_url']} https://tests.example/2",
        "soak: pass": "seen at 10 % https://tests.example/1",
    }
    assert stage.traffic.answers().failed == 0


def test_what_a_workflow_fails_goes_back_in_its_words_and_another_is_asked_then(
    stage: Stage,
) -> None:
    deployment = stage.upload("9.0.0")
    stage.answer("approve")

    ending = stage.ending(deployment)

    assert ending.error == "DeploymentReverted"
    assert str(ending.cause).startswith("HookFailed: soak: fail: seen at 10 %")
    assert deployment.candidate_percent() == 0
    eventually(lambda: "notify: fail" in stage.said(deployment), LONGEST_SECONDS)
    assert stage.traffic.answers().failed == 0
    told = eventually(lambda: stage.phases(deployment, "ended"), LONGEST_SECONDS)
    assert told == [
        ("admitted", None),
        ("preparing", None),
        ("asked", 10),
        ("shifted", 10),
        ("restored", 0),
        ("ended", None),
    ]
    asked, failed, ended = stage.heard.messages(deployment.id)
    assert asked.startswith("shop 9.0.0 asks: go\n\nAt before_shift, 10 %: ")
    assert failed.startswith("shop 9.0.0: notify fail after a restore\n\nProduction: back on")
    assert ended.startswith("shop 9.0.0: DeploymentReverted\n\nProduction: back on the live side")


@pytest.mark.long
def test_what_an_endpoint_fails_gets_no_client(stage: Stage) -> None:
    deployment = stage.rehearsal.upload(shop_release(stage.folder, "8.0.0"))

    ending = stage.ending(deployment)

    assert ending.error == "CandidateRejected"
    assert str(ending.cause).startswith("HookFailed: scan: fail: scanned http://127.0.0.1:")
    assert stage.traffic.answers().requests_to("8.0.0") == 0


@pytest.mark.long
def test_a_schedule_has_a_release_deployed_by_a_role_that_may_do_no_more(stage: Stage) -> None:
    """What it asks for lies there, from an upload that people rejected."""
    before = stage.upload("3.4.0")
    stage.answer("reject")
    stage.ending(before)
    place = stage.rehearsal.outputs.state_machine_arn.split(":")
    region, account = place[3:5]
    bus = f"arn:aws:events:{region}:{account}:event-bus/default"
    roles, schedules = (stage.rehearsal.client(name) for name in ("iam", "scheduler"))
    trusted = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}}
    may = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    role = roles.create_role(
        RoleName="schedule",
        AssumeRolePolicyDocument=json.dumps(
            {"Statement": [trusted | {"Action": "sts:AssumeRole"}]}
        ),
    )["Role"]["Arn"]
    roles.put_role_policy(
        RoleName="schedule", PolicyName="put", PolicyDocument=json.dumps({"Statement": [may]})
    )
    request = {"service": "shop", "version": "3.4.0", "again": True}

    schedules.create_schedule(
        Name="tonight",
        ScheduleExpression="at(2026-11-01T02:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": bus,
            "RoleArn": role,
            "Input": json.dumps(request),
            "EventBridgeParameters": {"Source": "shop", "DetailType": "Viridian Release Requested"},
        },
    )

    eventually(lambda: stage.asks("go"), LONGEST_SECONDS)
    started = stage.rehearsal.deployment(stage.lease["deployment_id"]["S"])
    assert started.id != before.id
    stage.answer("approve")
    assert stage.ending(started).error is None
    assert stage.traffic.answers().requests_to("3.4.0") > 0


@pytest.mark.long
def test_what_wants_a_secret_of_its_checks_gets_it_and_nobody_is_told(stage: Stage) -> None:
    secrets = stage.rehearsal.client("secretsmanager")
    secrets.delete_secret(SecretId=SECRET)
    without = stage.ending(stage.rehearsal.upload(stage.guarded("3.5.0")))
    secrets.restore_secret(SecretId=SECRET)
    deployment = stage.rehearsal.upload(stage.guarded("3.6.0"))
    eventually(lambda: deployment.look().state == "AwaitResume", LONGEST_SECONDS)
    stage.answer("approve")
    ending = stage.ending(deployment)

    said = f"SmokeTestFailed: GET /: wanted 200, found the secret {SECRET} is about to be deleted"
    assert without.error == "CandidateRejected"
    assert str(without.cause).startswith(said)
    assert ending.error is None, ending.cause
    assert TOKEN not in stage.everything_kept()


@pytest.mark.long
def test_what_people_reject_gets_no_client(stage: Stage) -> None:
    deployment = stage.upload("3.1.0")
    stage.answer("reject")

    ending = stage.ending(deployment)

    assert ending.error == "CandidateRejected"
    assert ending.cause == "HookFailed: go: fail: alice: ticket 4711"
    assert stage.traffic.answers().requests_to("3.1.0") == 0


@pytest.mark.long
def test_a_workflow_of_somebody_s_waits_for_a_deployment_that_its_pipeline_approves(
    stage: Stage,
) -> None:
    """`startExecution.sync:2` around the deployment machine; CodePipeline's manual approval."""
    told, states = stage.rehearsal.outputs.told, stage.rehearsal.client("stepfunctions")
    pipelines, storage = (stage.rehearsal.client(name) for name in ("codepipeline", "s3"))
    before = stage.upload("3.3.0")
    stage.answer("reject")
    stage.ending(before)
    request = {"service": "shop", "version": "3.3.0"}
    running = states.start_execution(stateMachineArn=told["AroundArn"], input=json.dumps(request))[
        "executionArn"
    ]
    eventually(lambda: stage.asks("go"), LONGEST_SECONDS)

    storage.put_object(Bucket=told["BoardSources"], Key="source.zip", Body=b"-")
    pipelines.start_pipeline_execution(name=told["BoardName"])
    token = eventually(lambda: board_token(pipelines, told["BoardName"]), LONGEST_SECONDS)
    pipelines.put_approval_result(
        pipelineName=told["BoardName"],
        stageName="Deploy",
        actionName="Board",
        result={"summary": "fine", "status": "Approved"},
        token=token,
    )

    def ended() -> Any:
        found = states.describe_execution(executionArn=running)
        return found["status"] != "RUNNING" and found

    found = eventually(ended, LONGEST_SECONDS)
    assert found["status"] == "SUCCEEDED", found
    output = json.loads(found["output"])
    assert (output["outcome"], output["version"]) == ("promoted", "3.3.0")


def board_token(pipelines: Any, name: str) -> str | None:
    """That of the approval that the pipeline waits for."""
    stages = pipelines.get_pipeline_state(name=name)["stageStates"]
    actions = [action["latestExecution"] for stage in stages for action in stage["actionStates"]]
    return next((action["token"] for action in actions if "token" in action), None)
