"""Works the emulator's own switches from another process."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen


class Control:
    """`url` is the `control_url` of the emulator's ready line."""

    def __init__(self, url: str) -> None:
        self._url = url

    def enforce_iam(self, on: bool = True) -> None:
        """From here on every call needs a policy that allows it."""
        self._send("POST", "/enforce-iam", {"on": on})

    def set_faults(
        self,
        *,
        silence_metrics: bool | None = None,
        drop_alarm_events: bool | None = None,
        metric_interval_seconds: int | None = None,
        metric_delay_seconds: int | None = None,
        late_metric_seconds: int | None = None,
    ) -> None:
        """As `emulator.faults` names them; one that is not named stays as it is."""
        faults = {
            "silence_metrics": silence_metrics,
            "drop_alarm_events": drop_alarm_events,
            "metric_interval_seconds": metric_interval_seconds,
            "metric_delay_seconds": metric_delay_seconds,
            "late_metric_seconds": late_metric_seconds,
        }
        given = {name: value for name, value in faults.items() if value is not None}
        self._send("POST", "/faults", given)

    def interfere(self, where: Mapping[str, str], mentions: str, kind: str, **more: Any) -> int:
        """Have one thing go wrong, as `emulator/interference.py` tells; its number."""
        asked = {"where": where, "mentions": mentions, "kind": kind, **more}
        number: int = self._send("POST", "/interferences", asked)
        return number

    def seen(self, number: int) -> int:
        """How often that interference was met."""
        found: int = self._send("POST", "/interferences/seen", {"number": number})
        return found

    def let_go(self, number: int) -> None:
        """Let what it holds go on."""
        self._send("POST", "/interferences/let-go", {"number": number})

    def end(self, number: int) -> None:
        """It acts no more."""
        self._send("POST", "/interferences/end", {"number": number})

    def kill_target(self, port: int) -> None:
        """Have the task that serves on this port crash."""
        self._send("POST", "/kill-target", {"port": port})

    def run_schedules(self) -> None:
        """Run every rule that has a schedule, as if its time had come."""
        self._send("POST", "/run-schedules", {})

    def calls(self) -> dict[str, int]:
        """How often each `service:Action` was called since the start."""
        counts: dict[str, int] = self._send("GET", "/metrics-of-calls")
        return counts

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._url}{path}", content, method=method)  # noqa: S310
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)
