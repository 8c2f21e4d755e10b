"""Runs the embedded AWS, and its self-check once more with one repair left out at a time.

Reads lines such as `["elbv2.rules", ["unknown_rules_are_refused"]]` and answers each with what the
self-check says when it makes these checks without that repair; nothing if they pass. What a repair
replaces is what ministack and the target registry hold otherwise after its `apply` than before.
"""

import contextlib
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from emulator import cloud, repairs, targets
from emulator.errors import SelfCheckFailed

Container = dict[str, Any]
Apply = Callable[..., None]

BROKEN_SECONDS = 2  # how long to wait for what a repair that is left out would bring


def main(directory: Path) -> None:
    replaced = Replaced()
    replaced.watch_every_repair()
    with cloud.embedded_cloud(directory, port=0):
        print(json.dumps(replaced.repairs()), flush=True)
        for line in sys.stdin:
            repair, names = json.loads(line)
            with replaced.left_out(repair) if repair else contextlib.nullcontext():
                print(json.dumps(complaint(names)), flush=True)


def complaint(names: list[str]) -> str:
    from emulator import selfcheck
    from emulator.selfcheck.checks import CHECKS

    try:
        selfcheck.run([check for check in CHECKS if check.__name__ in names])
    except SelfCheckFailed as failure:
        return str(failure)
    return ""


class Replaced:
    """What each repair replaced: where, under which name, and what was there before."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Container, str, Any]]] = {}

    def repairs(self) -> list[str]:
        return [*self._parts]

    def watch_every_repair(self) -> None:
        """The way of metrics is no repair, but can be left out too."""
        apply_all = repairs.apply

        def apply(registry: Any, publish: Any, faults: Any) -> None:
            for name, module in repair_modules():
                vars(module)["apply"] = self._noting(name, module.apply)
            self._parts["metrics"] = [(vars(faults), "silence_metrics", True)]
            apply_all(registry, publish, faults)

        vars(repairs)["apply"] = apply

    def _noting(self, name: str, apply: Apply) -> Apply:
        from ministack import app
        from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

        added = (_RESOURCE_HANDLERS, app.SERVICE_HANDLERS)

        def apply_and_note(*args: Any) -> None:
            before = [(container, dict(container)) for container in containers()]
            apply(*args)
            self._parts[name] = [
                (container, key, old.get(key))
                for container, old in before
                for key, value in container.items()
                if (key in old or any(container is c for c in added)) and old.get(key) is not value
            ]

        return apply_and_note

    @contextlib.contextmanager
    def left_out(self, name: str) -> Iterator[None]:
        """Without a repair, or without one part of it: `elbv2.actions/_action_xml`."""
        from emulator.selfcheck import asking

        repair, _, part = name.partition("/")
        parts = [found for found in self._parts[repair] if part in ("", found[1])]
        shorter = (vars(asking), "DEADLINE_SECONDS", BROKEN_SECONDS)
        with contextlib.ExitStack() as stack:
            for container, key, shipped in [*parts, shorter]:
                stack.callback(container.__setitem__, key, container[key])
                container[key] = shipped
            yield


def repair_modules() -> list[tuple[str, Any]]:
    """Every module with an `apply`, with its name below `repairs`."""
    found = pkgutil.walk_packages(repairs.__path__, f"{repairs.__name__}.")
    modules = [importlib.import_module(module.name) for module in found]
    below = len(f"{repairs.__name__}.")
    return [(m.__name__[below:], m) for m in modules if hasattr(m, "apply")]


def containers() -> list[Container]:
    """Whatever a repair puts something into."""
    from ministack import app
    from ministack.services import alb
    from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

    modules = [vars(m) for name, m in sys.modules.items() if name.startswith("ministack")]
    maps = [app.SERVICE_HANDLERS, alb._ACTION_MAP, _RESOURCE_HANDLERS, *_RESOURCE_HANDLERS.values()]
    return [*modules, *maps, vars(targets.registry)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
