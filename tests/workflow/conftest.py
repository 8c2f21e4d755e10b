"""The deployment machine in a second interpreter, its Tasks answered by a small world.

`World` stands for AWS: it answers each Task by the name of its state and remembers the rule's
split, so that tests read like a log: deploy, let something fail, see the ending and the split.
"""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sfnx.testing import Call, Execution, Failure, run

from viridian_cdk.machine import read_machine

MACHINE = read_machine()
STANDBY = read_machine("standby")
REQUEST = json.loads(
    (Path(__file__).parents[2] / "statemachines" / "deploy.input.json").read_text()
)
DEPLOYMENT: dict[str, Any] = {
    "id": "shop-1.1.0-abc",
    "service": "shop",
    "version": "1.1.0",
    "asked_at": "2026-01-01T00:00:00Z",
    "steps": [{"percent": percent, "bake_seconds": 12} for percent in (10, 50, 100)],
    "release": {},
    "accept": [],
    "on_busy": "reject",
    "blueprint": {"template": "arn:template:1", "revision": None},
    "registration": {
        "production_url": "http://shop",
        "test_url": "http://shop:8080",
        "connect_to": None,
        "load_balancer": "app/shop/1",
        "shared_alarms": ["elb-5xx"],
        "settings": {
            "drain_seconds": 60,
            "prepare_timeout_seconds": 120,
            "start_grace_seconds": 60,
            "resting_count": 1,
            "standby_seconds": 900,
            "alarms": {"period_seconds": 10},
        },
    },
}
SIDES: dict[str, Any] = {
    "rule_arn": "arn:rule",
    "live": {"colour": "blue"},
    "candidate": {"colour": "green", "fleet": {"arn": "arn:ecs-green"}},
    "size": 2,
    "restore_actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": []}}],
    "production": None,
}
Answer = Callable[[Any], Any]


def lambda_failure(error: str, message: str) -> Failure:
    """A function's error as Step Functions hands it on."""
    return Failure(error, json.dumps({"errorMessage": message, "errorType": error}))


def judged(next_move: str, error: str = "CandidateUnproven", cause: str = "") -> dict[str, Any]:
    """What JudgeCandidate answers."""
    return {
        "next": next_move,
        "watch_seconds": 5 if next_move == "Watch" else 0,
        "failure": {"Error": error, "Cause": cause},
    }


WELL = {
    "AdmitRequest": DEPLOYMENT,
    "InspectLive": SIDES,
    "PrepareCandidate": {"revision": "arn:shop:2"},
    "CheckCandidate": {"is_ready": True, "reason": ""},
    "AwaitHooks": {},
    "AwaitCandidate": {},
    "AwaitTurn": {},
    "WarmCandidate": {"requests": 20},
    "SmokeTest": {"checks": 1},
    "JudgeCandidate": judged("Advance"),
    "ProveDirectWayBack": {},
    "CaptureEvidence": {},
    "Promote": {"version": "1.1.0"},
    "WatchStandby": judged("Retire"),
    "HoldLease": {},
    "PageOperators": {"MessageId": "1"},
    "CallOperators": {"MessageId": "1"},
}
"""What those states answer that change nothing in the world."""


class World:
    """Answers Tasks; `says` changes what one state answers, once or for good."""

    def __init__(self) -> None:
        self.percent = 0
        self.sizes: dict[str, str] = {}
        self.lease: str | None = None
        self.record: dict[str, Any] = {}
        self.visits: Counter[str] = Counter()
        self.answers: dict[str, list[Any]] = {}
        self.standby: dict[str, Any] = {}

    def says(self, state: str, *answers: Any) -> "World":
        """Queue answers of a state: a value, a Failure to raise; the last one stays."""
        self.answers[state] = list(answers)
        return self

    def deploy(self, request: Any = REQUEST) -> Execution:
        """Run one deployment to its end."""
        return run(MACHINE, request, self._task)

    def watch(self, **members: Any) -> Execution:
        """Run the standby that a deployment opened, to its end."""
        return run(STANDBY, {**self.standby, **members}, self._task)

    def _task(self, call: Call) -> Any:
        self.visits[call.state] += 1
        queued = self.answers.get(call.state)
        if queued:
            answer = queued.pop(0) if len(queued) > 1 else queued[0]
            if isinstance(answer, Failure):
                raise answer
            if answer is not None:
                return self._wrapped(call, answer)
        default: Answer = getattr(self, f"_{_snake(call.state)}", lambda _: WELL[call.state])
        return self._wrapped(call, default(call.arguments))

    def _wrapped(self, call: Call, answer: Any) -> Any:
        return {"StatusCode": 200, "Payload": answer} if "lambda" in call.resource else answer

    def _acquire_lease(self, arguments: dict[str, Any]) -> Any:
        self.lease = arguments["Payload"]["deployment_id"]
        return {"fence": 7}

    def _prove_way_back(self, arguments: dict[str, Any]) -> Any:
        assert arguments["Payload"]["breach"] is None
        return {"breach": None, "restored_at": 0}

    def _shift_traffic(self, arguments: dict[str, Any]) -> Any:
        self.percent = arguments["Payload"]["step"]["percent"]
        return {"candidate_percent": self.percent, "shifted_at": 1.5, "watch_seconds": 12}

    def _bake(self, _arguments: dict[str, Any]) -> Any:
        raise Failure("States.Timeout")

    def _verify_production(self, _arguments: dict[str, Any]) -> Any:
        assert self.percent == 100
        return {"requests": 10}

    def _open_standby(self, arguments: dict[str, Any]) -> Any:
        assert (arguments["Name"], self.percent) == (DEPLOYMENT["id"], 100)
        self.standby = arguments["Input"]
        return {"ExecutionArn": "arn:standby"}

    def _soak(self, _arguments: dict[str, Any]) -> Any:
        raise Failure("States.Timeout")

    def _retire_standby(self, arguments: dict[str, Any]) -> Any:
        asked = arguments["Payload"]
        self.sizes[asked["sides"][asked["retired"]]["colour"]] = "resting"
        return {}

    _retire_candidate = _retire_standby

    def _restore_traffic(self, arguments: dict[str, Any]) -> Any:
        self.percent = 0
        return {"breach": arguments["Payload"]["breach"], "restored_at": 2.0}

    def _restore_traffic_directly(self, _arguments: dict[str, Any]) -> Any:
        self.percent = 0
        return {"Rules": []}

    def _verify_restored(self, _arguments: dict[str, Any]) -> Any:
        assert self.percent == 0
        return {"candidate_percent": 0}

    def _record_ending(self, arguments: dict[str, Any]) -> Any:
        self.record = arguments["ExpressionAttributeValues"]
        return {}

    def _release_lease(self, arguments: dict[str, Any]) -> Any:
        if arguments["ExpressionAttributeValues"][":id"]["S"] == self.lease:
            self.lease = None
        return {}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


@pytest.fixture
def world() -> World:
    """A world in which everything goes well until a test says otherwise."""
    return World()
