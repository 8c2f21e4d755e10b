"""State machines as they are written (YAML), as Step Functions gets them (JSON), and as a picture.

    python -m viridian_cdk.machine build

writes each machine into the folder, and prints it and its picture as Mermaid text.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from viridian.core import document, lease, message, phase, record
from viridian.core.ending import ENDINGS

HERE = Path(__file__).parent
SHIPPED = HERE / "statemachines"
FOLDER = SHIPPED if SHIPPED.is_dir() else HERE.parents[1] / "statemachines"
"""In an installed package beside this file, in a checkout at its top."""

MACHINES = ("deploy", "standby", "hook")
SHARED = "shared"
"""The file that is read before each machine."""

OURS = "Policies"
"""How the parts end that hold what states share; Step Functions does not know them."""

OF_THE_CORE = re.compile(r"\$(\{\w+\.[^}]*\})")
"""`${lease.BAKE.update}`: what the core's module says under that name."""

State = dict[str, Any]
Edge = tuple[str, str, str]


def read_machine(name: str = "deploy") -> dict[str, Any]:
    """A machine by its name, with all that is shared, and what is the core's, in its places."""
    texts = [(FOLDER / f"{part}.asl.yaml").read_text() for part in (SHARED, name)]
    whole: dict[str, Any] = yaml.safe_load("\n".join(texts))
    machine = {key: value for key, value in whole.items() if not key.endswith(OURS)}
    return dict(json.loads(with_the_core_s(json.dumps(machine))))


def with_the_core_s(text: str) -> str:
    """The JSON text with what it takes from the core, each on one line; raises AttributeError or
    KeyError for what is unknown.
    """
    endings = SimpleNamespace(**ENDINGS)
    rooms = {"lease": lease, "record": record, "document": document, "message": message}
    told = rooms | {"phase": phase, "ending": endings}

    def taken(found: re.Match[str]) -> str:
        return json.dumps(found[1].format(**told).replace("\n", " "))[1:-1]

    return OF_THE_CORE.sub(taken, text)


def definition(name: str = "deploy") -> str:
    """A machine as Step Functions takes it; functions and table are still placeholders."""
    return json.dumps(read_machine(name), indent=2)


def picture(machine: dict[str, Any]) -> str:
    """Mermaid text: each state once, an arrow for each way on, dashed for what is caught."""
    edges = [edge for name, state in machine["States"].items() for edge in _edges(name, state)]
    good = [n for n, s in machine["States"].items() if s["Type"] == "Succeed"]
    endings = [n for n, s in machine["States"].items() if s["Type"] == "Fail"]
    return "\n".join(
        [
            "flowchart TD",
            f"  start([started]) --> {machine['StartAt']}",
            *(f"  {line}" for line in _merged(edges)),
            "  classDef good fill:#d8efe3,stroke:#2f7d5b",
            "  classDef bad fill:#f6dcd8,stroke:#a8493b",
            f"  class {','.join(good)} good",
            f"  class {','.join(endings)} bad",
        ]
    )


def _edges(name: str, state: State) -> Iterator[Edge]:
    for choice in state.get("Choices", []):
        yield name, f"-- {_condition(choice['Condition'])} -->", choice["Next"]
    for key, label in (("Default", "otherwise"), ("Next", "")):
        if key in state:
            yield name, f"-- {label} -->" if label else "-->", state[key]
    for catch in state.get("Catch", []):
        errors = ", ".join(error.rpartition(".")[2] for error in catch["ErrorEquals"])
        yield name, "-. fails .->" if errors == "ALL" else f"-. {errors} .->", catch["Next"]


def _condition(expression: str) -> str:
    """The value that is compared with, the last one: enough to know the way by."""
    return str(re.findall(r"= '?(\w+)", expression)[0])


def _merged(edges: list[Edge]) -> Iterator[str]:
    """One line for all the states that go the same way to the same place."""
    sources: dict[tuple[str, str], list[str]] = {}
    for source, arrow, target in edges:
        sources.setdefault((arrow, target), []).append(source)
    for (arrow, target), names in sources.items():
        yield f"{' & '.join(names)} {arrow} {target}"


def main(folder: Path) -> None:
    """Write each machine to the folder, and print it and its picture."""
    for name in MACHINES:
        (folder / f"{name}.asl.json").write_text(definition(name))
        print(definition(name), picture(read_machine(name)), sep="\n\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
