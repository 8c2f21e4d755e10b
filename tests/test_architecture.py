"""The house: arrows run one way, and code and state machine share one vocabulary."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from inspect import getmembers, isclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from viridian.core import errors
from viridian.core.lease import Lease
from viridian.core.plan import (
    LONGEST_BLINDNESS_SECONDS,
    LONGEST_PAUSE_SECONDS,
    MOST_LOOKS,
    PAUSED_LOOK_SECONDS,
    READY_WAIT_SECONDS,
)
from viridian.core.service.hooks import LONGEST_ASKED_SECONDS, LONGEST_TOGETHER_SECONDS
from viridian.core.service.smoke_tests import MOST_CHECKS, PATIENCE_SECONDS
from viridian.core.values import members
from viridian.handlers.hooks import take_answer
from viridian.handlers.warm_candidate import LONGEST_SECONDS
from viridian_cdk.machine import FOLDER, read_machine
from viridian_cdk.workflow import IN_TEXT

ROOT = Path(__file__).parents[1]
FUNCTIONS = ROOT / "functions"
MACHINE, STANDBY, HOOK = map(read_machine, ("deploy", "standby", "hook"))
MACHINE_TEXT = "".join(path.read_text() for path in FOLDER.glob("*.asl.yaml"))
STATES: dict[str, dict[str, Any]] = STANDBY["States"] | MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
PACKAGE = FUNCTIONS / "viridian"
MAY_IMPORT = {
    "core": {"core"},
    "adapters": {"adapters", "core"},
    "runtime": {"runtime", "core"},
    "report": {"report", "core"},
    "handlers": {"handlers", "runtime", "adapters", "report", "core"},
}
OTHERS = {"viridian_cdk", "viridian_cli", "emulator", "rehearsal", "bench", "examples"}
NOT_SHIPPED = {"emulator", "rehearsal", "bench", "examples", "tests"}
CLI = sorted((ROOT / "cli" / "viridian_cli").rglob("*.py"))
IMPURE = {"boto3", "botocore", "os", "time", "socket", "random", "uuid", "subprocess", "pathlib"}
OF_THE_AUTOMATION = set(IN_TEXT.values())
NAMES_OF_AWS = re.compile(
    r"(States|Lambda|DynamoDb|ElasticLoadBalancingV2|StepFunctions|Sandbox)\..+"
    r"|ClientError|ThrottlingException|ServerException|InternalServerError|HealthUnavailableException"
    r"|ProvisionedThroughputExceededException|RequestLimitExceeded|(EndpointConnection|ConnectTimeout|ReadTimeout)Error"
)


def modules(package: str) -> list[Path]:
    return sorted((PACKAGE / package).rglob("*.py"))


def imported(module: Path) -> set[str]:
    """Full names of what a module imports; relative imports are not used here."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_packages(module: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(module)}


def attributes(module: Path) -> set[str]:
    """What a module reaches by a dot, as written: `os.environ`, `datetime.now`."""
    tree = ast.parse(module.read_text())
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def rooms(module: Path) -> set[str]:
    """The rooms of our package that a module imports from."""
    return {name.split(".")[1] for name in imported(module) if name.startswith("viridian.")}


def named(module: Path) -> str:
    return str(module.relative_to(PACKAGE))


ALL_MODULES = [module for package in MAY_IMPORT for module in modules(package)]


@pytest.mark.parametrize("module", ALL_MODULES, ids=named)
def test_arrows_run_one_way(module: Path) -> None:
    room = module.relative_to(PACKAGE).parts[0]

    assert rooms(module) <= MAY_IMPORT[room]
    assert not imported_packages(module) & OTHERS


@pytest.mark.parametrize("module", modules("report"), ids=named)
def test_a_report_is_made_of_its_document_alone(module: Path) -> None:
    """It reads files of its own folder, and nothing else of the world."""
    assert not imported_packages(module) & (IMPURE - {"pathlib"})
    assert not imported_packages(module) & {"aws_lambda_powertools", "urllib", "http"}


@pytest.mark.parametrize("module", modules("core"), ids=named)
def test_the_core_is_pure(module: Path) -> None:
    clocks = {name for name in attributes(module) if re.search(r"\.(now|utcnow|today)$", name)}

    assert not imported_packages(module) & IMPURE
    assert not clocks
    assert "open" not in {
        n.id for n in ast.walk(ast.parse(module.read_text())) if isinstance(n, ast.Name)
    }


@pytest.mark.parametrize(
    "module", [m for m in ALL_MODULES if named(m) != "runtime/environment.py"], ids=named
)
def test_one_module_alone_reads_the_environment(module: Path) -> None:
    assert not attributes(module) & {"os.environ", "os.getenv"}
    assert not imported(module) & {"os.environ", "os.getenv"}


@pytest.mark.parametrize("module", CLI, ids=lambda module: module.name)
def test_the_client_knows_the_core_the_adapters_and_the_report_alone(module: Path) -> None:
    """It reads by the same adapters as the handlers; these need an environment of their own."""
    assert rooms(module) <= {"core", "adapters", "report"}
    assert not imported_packages(module) & OTHERS - {"viridian_cli"}


def test_what_is_shipped_knows_nothing_of_what_is_not() -> None:
    shipped = [*PACKAGE.rglob("*.py"), *(ROOT / "infra").rglob("*.py"), *CLI, ROOT / "app.py"]

    assert [m for m in shipped if imported_packages(m) & NOT_SHIPPED] == []


def test_the_emulator_knows_nothing_of_the_rest() -> None:
    ours = {"viridian", "viridian_cdk", "viridian_cli", "rehearsal", "bench", "examples"}
    emulator = (ROOT / "emulator").rglob("*.py")

    assert [m for m in emulator if imported_packages(m) & ours] == []


def our_errors() -> dict[str, type]:
    return {
        name: kind
        for name, kind in getmembers(errors, isclass)
        if kind.__module__ == errors.__name__
    }


def drawn_tree() -> dict[str, str | None]:
    """The parent of each error, as the module's docstring draws it."""
    parents: dict[str, str | None] = {}
    at_depth: dict[int, str] = {}
    for prefix, name in re.findall(r"^([ │├└─]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE):
        if not prefix.startswith("    "):
            continue
        at_depth[len(prefix)] = name
        shallower = [depth for depth in at_depth if depth < len(prefix)]
        parents[name] = at_depth[max(shallower)] if shallower else None
    return parents


def test_the_docstring_draws_every_error_under_its_parent() -> None:
    parents = {name: kind.__mro__[1].__name__ for name, kind in our_errors().items()}

    assert drawn_tree() == {**parents, "ViridianError": None}


def caught_and_retried() -> Iterator[tuple[str, str]]:
    for state, task in TASKS.items():
        for rule in (*task["Retry"], *task["Catch"]):
            yield from ((state, error) for error in rule["ErrorEquals"])


def test_every_error_that_the_machine_names_is_a_class_of_ours_or_a_name_of_aws() -> None:
    unknown = [
        (state, error)
        for state, error in caught_and_retried()
        if error not in our_errors() and not NAMES_OF_AWS.fullmatch(error)
    ]

    assert unknown == []


def placeholders() -> set[str]:
    return set(re.findall(r"\$\{(\w+)\}", json.dumps(STATES)))


def test_what_a_lease_holds_is_named_in_its_room_of_the_core_alone() -> None:
    """The machine takes its expressions from there, the adapter its writes."""
    expressions = re.findall(r"(?:Update|Condition)Expression: (.+)", MACHINE_TEXT)
    tree = ast.parse((PACKAGE / "adapters" / "leases.py").read_text())
    docstrings = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    words = {
        word
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node not in docstrings
        for word in re.findall(r"(?<![:\w])\w+", node.value)
    }

    assert [e for e in expressions if not re.fullmatch(r"\$\{(lease|record)\..+\}", e)] == []
    assert not words & {field.name for field in fields(Lease)}


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_every_function_of_the_machine_has_its_handler_and_every_handler_its_state() -> None:
    functions = placeholders() - OF_THE_AUTOMATION
    wanted = {snake(name.removesuffix("Arn")) for name in functions}
    found = {
        module.stem
        for module in (FUNCTIONS / "viridian" / "handlers").glob("*.py")
        if "def handler(" in module.read_text()
    }

    assert found == wanted


@pytest.mark.parametrize("module", modules("handlers/events"), ids=named)
def test_every_event_s_module_is_an_entry_point(module: Path) -> None:
    assert module.name == "__init__.py" or "def handler(" in module.read_text()


@pytest.mark.parametrize("name", STATES | HOOK["States"])
def test_every_state_says_in_one_sentence_what_it_is_for(name: str) -> None:
    states = HOOK["States"] | STATES

    assert re.fullmatch(r"[A-Z].+[.?]", states[name]["Comment"])


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_a_timeout_retries_and_a_catch_of_everything(name: str) -> None:
    task = TASKS[name]

    assert task["TimeoutSeconds"]
    assert task["Retry"]
    assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", TASKS)
def test_every_retry_is_bounded_and_what_backs_off_is_spread(name: str) -> None:
    for retry in TASKS[name]["Retry"]:
        if retry["MaxAttempts"] == 0:
            continue
        last_wait = retry["IntervalSeconds"] * retry["BackoffRate"] ** (retry["MaxAttempts"] - 1)
        assert min(last_wait, retry.get("MaxDelaySeconds", last_wait)) <= 30
        assert retry["BackoffRate"] == 1 or retry["JitterStrategy"] == "FULL"


@pytest.mark.parametrize("name", TASKS)
def test_no_error_is_named_after_a_rule_that_already_takes_it(name: str) -> None:
    for rules in (TASKS[name]["Retry"], TASKS[name]["Catch"]):
        for rule, later in pairwise(rules):
            assert not set(rule["ErrorEquals"]) & set(later["ErrorEquals"])
            assert "States.ALL" not in rule["ErrorEquals"]


@pytest.mark.parametrize("name", [n for n, s in TASKS.items() if "lambda" in s["Resource"]])
def test_a_payload_is_what_its_handler_takes(name: str) -> None:
    payload = TASKS[name]["Arguments"]["Payload"]
    function = re.sub(r"\W", "", TASKS[name]["Arguments"]["FunctionName"]).removesuffix("Arn")
    handler = import_module(f"viridian.handlers.{snake(function)}")

    assert set(payload) == set(members(handler.Input))


def test_what_the_hook_machine_hands_over_is_what_its_handler_takes() -> None:
    payload = HOOK["States"]["TakeAnswer"]["Arguments"]["Payload"]

    assert set(payload) == set(members(take_answer.Input))


def test_the_longest_deployment_fits_the_machine_s_time() -> None:
    assert TASKS["AwaitCandidate"]["TimeoutSeconds"] == READY_WAIT_SECONDS
    looks = MOST_LOOKS * LONGEST_BLINDNESS_SECONDS
    waits = 2 * LONGEST_PAUSE_SECONDS + TASKS["AwaitTurn"]["TimeoutSeconds"]
    assert MACHINE["TimeoutSeconds"] > 1.1 * (looks + waits + LONGEST_TOGETHER_SECONDS)
    assert HOOK["TimeoutSeconds"] == 2 * LONGEST_ASKED_SECONDS
    for state in ("AwaitResume", "AwaitHooks"):
        assert TASKS[state]["TimeoutSeconds"] == PAUSED_LOOK_SECONDS


def test_a_probe_that_answers_at_the_last_moment_is_over_before_its_function() -> None:
    warming, testing = (
        TASKS[name]["TimeoutSeconds"] - 5 for name in ("WarmCandidate", "SmokeTest")
    )

    assert warming > LONGEST_SECONDS + PATIENCE_SECONDS
    assert testing > MOST_CHECKS * PATIENCE_SECONDS
