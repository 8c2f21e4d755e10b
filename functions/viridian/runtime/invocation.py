"""How a state's function is called: its slice of the machine's variables, revived as a value."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from viridian.core.values import revive
from viridian.runtime.telemetry import logger, metrics

Input = TypeVar("Input")
Dependencies = ParamSpec("Dependencies")
Answer = dict[str, Any]
Handle = Callable[Concatenate[Input, Dependencies], Answer]
Handler = Callable[Concatenate[dict[str, Any], object, Dependencies], Answer]


def invocation(
    kind: type[Input],
) -> Callable[[Handle[Input, Dependencies]], Handler[Dependencies]]:
    """Make a handler of a function that takes its state's payload as a value of this kind.

    What it logs carries the deployment's id; what it counted is published, also when it fails.
    """

    def decorate(handle: Handle[Input, Dependencies]) -> Handler[Dependencies]:
        @logger.inject_lambda_context(correlation_id_path="deployment_id", clear_state=True)
        def handler(
            event: dict[str, Any],
            _context: object,
            /,
            *args: Dependencies.args,
            **dependencies: Dependencies.kwargs,
        ) -> Answer:
            try:
                return handle(revive(kind, event), *args, **dependencies)
            finally:
                if metrics.metric_set:
                    metrics.flush_metrics()

        return handler

    return decorate
