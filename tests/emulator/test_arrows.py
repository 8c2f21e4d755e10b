"""The emulator's rooms: their arrows make no ring, and ministack is touched in one of them."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

EMULATOR = Path(__file__).parents[2] / "emulator"
MODULES = sorted(EMULATOR.rglob("*.py"))


def imported(module: Path) -> set[str]:
    """Full names, also of what is imported late or for its type alone."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room(name: str) -> str:
    """A folder's name, or that of a module beside the folders."""
    return name.split(".")[1]


def room_of(module: Path) -> str:
    return module.relative_to(EMULATOR).parts[0].removesuffix(".py")


def test_no_ring_of_imports_between_the_rooms() -> None:
    arrows: dict[str, set[str]] = {}
    for module in MODULES:
        wanted = {room(name) for name in imported(module) if name.startswith("emulator.")}
        arrows.setdefault(room_of(module), set()).update(wanted - {room_of(module)})

    TopologicalSorter(arrows).prepare()  # raises CycleError, which names the ring


def test_repairs_and_the_server_alone_import_ministack() -> None:
    users = {room_of(m) for m in MODULES if any(n.startswith("ministack") for n in imported(m))}

    assert users == {"repairs", "server"}
