"""The fleet: runs what ECS would run, as processes of this machine."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from emulator.fleet.bundles import Bundles, CannotPull, Source
from emulator.fleet.plan import Action, Health, Start, is_proven, is_steady, plan
from emulator.fleet.process import TaskProcess
from emulator.fleet.reading import as_task, desired
from emulator.fleet.task import HOST, STOP_TIMEOUT_SECONDS, RunningTask, Targets
from emulator.ports import free_port
from emulator.repairs.ecs import printed, records
from emulator.repairs.ecs.records import ServiceRecord, TaskRecord
from emulator.repairs.s3 import read_object

LOOK_SECONDS = 0.2
END_SECONDS = 2.0

logger = logging.getLogger(__name__)


class Fleet:
    """One thread that compares what is wanted with what runs, and closes the gap."""

    def __init__(self, directory: Path, targets: Targets) -> None:
        self._logs = directory / "tasks"
        self._bundles = Bundles(directory / "bundles", read_object)
        self._targets = targets
        self._running: dict[str, RunningTask] = {}
        self._steady: dict[str, str] = {}
        self._awake = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="fleet", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def wake(self) -> None:
        """Look now rather than in a moment."""
        self._awake.set()

    def kill(self, port: int) -> None:
        """End the task that serves on this port of loopback, as a crash does."""
        for task in list(self._running.values()):
            if task.port == port:
                task.process.kill()

    def close(self) -> None:
        """Stop watching and end every task; nothing of them is left."""
        self._closed.set()
        self.wake()
        self._thread.join()

    def _watch(self) -> None:
        # The tasks end with this thread: Linux signals them when the thread that made them ends.
        while not self._closed.is_set():
            self._awake.wait(LOOK_SECONDS)
            self._awake.clear()
            found = records.tasks_by_place()
            for service in records.services():
                self._settle_safely(service, found)
        self._end_all()

    def _settle_safely(self, service: ServiceRecord, found: records.Found) -> None:
        try:
            with service.scope():
                self._settle(service, service.tasks(found), time.time())
        except Exception:
            logger.exception("%s: not settled, tried again in a moment", service.arn)

    def _settle(self, service: ServiceRecord, tasks: list[TaskRecord], now: float) -> None:
        """Bring one service a step nearer to what is wanted."""
        for task in tasks:
            self._advance(task, now)
        if not service.is_active:
            return
        wanted = desired(service)
        seen = [as_task(task, self._health(task)) for task in tasks]
        if is_proven(wanted, seen):
            service.forget_failures()
        actions = plan(wanted, seen, now)
        self._apply(service, actions, {task.arn: task for task in tasks}, now)
        self._note_steady(service, is_steady(wanted, seen))

    def _advance(self, task: TaskRecord, now: float) -> None:
        """Start a task that waits, go on with one that leaves, note one that ended."""
        running = self._running.get(task.arn)
        if task.is_told_to_stop:
            self._stop(task, "Task stopped", now)
        elif task.is_waiting:
            self._start(task)
        if running is None:
            return
        running.advance(now)
        if running.exit_code is not None:
            self._note_end(task, running, running.exit_code)

    def _start(self, task: TaskRecord) -> None:
        try:
            running = self._launch(task)
        except CannotPull as error:
            logger.warning("task %s of %s: %s", task.short_id, task.service.arn, error)
            task.failed(str(error), records.FAILED_TO_START)
            return
        self._running[task.arn] = running
        task.run()
        running.register()

    def _launch(self, task: TaskRecord) -> RunningTask:
        container, port = task.container, free_port()
        environment = {entry["name"]: entry["value"] for entry in container.get("environment", [])}
        bundle = self._bundles.unpacked(Source.of(container["image"], environment))
        command = container.get("command") or bundle.command
        if not command:
            raise CannotPull(f"{container['image']}: neither it nor the container has a command")
        process = TaskProcess(
            command,
            folder=bundle.folder,
            environment={**bundle.environment, **environment, "HOST": HOST, "PORT": str(port)},
            log=self._log(task),
        )
        stop_timeout = float(container.get("stopTimeout") or STOP_TIMEOUT_SECONDS)
        return RunningTask(process, self._targets, task.service.target_groups, port, stop_timeout)

    def _apply(
        self,
        service: ServiceRecord,
        actions: Iterable[Action],
        tasks: dict[str, TaskRecord],
        now: float,
    ) -> None:
        for action in actions:
            if isinstance(action, Start):
                service.start(action.count)
                self.wake()
            else:
                task = tasks[action.arn]
                self._stop(task, action.reason, now)
                if action.is_failure:
                    service.count_failure(task.deployment)

    def _stop(self, task: TaskRecord, reason: str, now: float) -> None:
        running = self._running.get(task.arn)
        if running is None:
            task.stopping(reason)
            task.stopped(None)
            return
        running.begin_stop(now)
        task.stopping(reason)
        printed.keep(task, self._log(task))

    def _note_end(self, task: TaskRecord, running: RunningTask, exit_code: int) -> None:
        del self._running[task.arn]
        printed.keep(task, self._log(task))
        if task.is_stopping:
            task.stopped(exit_code)
            return
        running.deregister()
        logger.warning("task %s of %s ended with %d", task.short_id, task.service.arn, exit_code)
        task.failed("Essential container in task exited", records.EXITED, exit_code)

    def _log(self, task: TaskRecord) -> Path:
        return self._logs / f"{task.service.record['serviceName']}-{task.short_id}.log"

    def _health(self, task: TaskRecord) -> Health:
        running = self._running.get(task.arn)
        return running.health if running is not None else Health.UNKNOWN

    def _note_steady(self, service: ServiceRecord, steady: bool) -> None:
        """Tell it once each time the service becomes steady."""
        state = service.primary["id"] if steady else ""
        if state == self._steady.get(service.arn):
            return
        self._steady[service.arn] = state
        if steady:
            service.complete()
            service.tell_steady()

    def _end_all(self) -> None:
        processes = [task.process for task in self._running.values()]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + END_SECONDS
        while any(p.exit_code is None for p in processes) and time.monotonic() < deadline:
            time.sleep(0.02)
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        self._running.clear()
