"""Asks every registered target of a used group how it is, as its group's settings say."""

import http.client
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from emulator.target_health import UNUSED, HealthCheck
from emulator.target_registry import TargetKey, TargetRegistry

FIRST_CHECK_SECONDS = 0.5
TICK_SECONDS = 0.25
USER_AGENT = "ELB-HealthChecker/2.0"


def check(key: TargetKey, settings: HealthCheck) -> str:
    """One check; the reason code of a failure, nothing when it passed."""
    port = key.port if settings.port == "traffic-port" else int(settings.port)
    connection = http.client.HTTPConnection(key.host, port, timeout=settings.timeout_seconds)
    try:
        connection.request("GET", settings.path, headers={"User-Agent": USER_AGENT})
        status = connection.getresponse().status
    except TimeoutError:
        return "Target.Timeout"
    except (OSError, http.client.HTTPException):
        return "Target.FailedHealthChecks"
    finally:
        connection.close()
    return "" if settings.accepts(status) else "Target.ResponseCodeMismatch"


class HealthChecker:
    """Runs until closed. One check of a target at a time; slow ones do not delay the others."""

    def __init__(self, registry: TargetRegistry) -> None:
        self._registry = registry
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(16, thread_name_prefix="health-check")
        self._due: dict[TargetKey, float] = {}
        self._running: dict[TargetKey, Future[None]] = {}
        self._thread = threading.Thread(target=self._run, name="health-checks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            self._start_due(time.monotonic())

    def _start_due(self, now: float) -> None:
        keys = [target.key for target in self._registry.targets()]
        self._due = {key: self._due.get(key, now + FIRST_CHECK_SECONDS) for key in keys}
        for key in keys:
            busy = key in self._running and not self._running[key].done()
            if busy or now < self._due[key] or self._registry.health(key).state == UNUSED:
                continue
            settings = self._registry.groups.health_check(key.target_group_arn)
            self._due[key] = now + settings.interval_seconds
            self._running[key] = self._pool.submit(self._check, key, settings)

    def _check(self, key: TargetKey, settings: HealthCheck) -> None:
        self._registry.record_check(key, check(key, settings))
