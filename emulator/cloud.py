"""The parts of the embedded AWS, put together and taken apart."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from emulator import environment, repairs, targets, warm_start
from emulator.control_server import ControlServer
from emulator.errors import PortTaken, SelfCheckFailed
from emulator.faults import Faults
from emulator.interference import Interference

if TYPE_CHECKING:
    from emulator.fleet.agent import Fleet
    from emulator.load_balancer.envoy import Envoy


@contextlib.contextmanager
def embedded_cloud(directory: Path, port: int) -> Iterator[dict[str, str]]:
    """Everything running and proved, as the ready line says it; when it is left nothing is."""
    listening = _listening(port)
    warm_start.begin()
    endpoint = environment.prepare(directory, listening.getsockname()[1])
    faults = Faults()
    with contextlib.ExitStack() as stack:
        envoy = _start_load_balancer(directory, faults, stack)
        _start_api(listening, envoy, stack)
        fleet = _start_fleet(directory, stack)
        control = _start_control(faults, fleet, stack)
        yield {"endpoint_url": endpoint, "control_url": control.url}


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise PortTaken(
            f"127.0.0.1:{port}: {why}; give another port, or none for a free one"
        ) from error


def _start_load_balancer(directory: Path, faults: Faults, stack: contextlib.ExitStack) -> "Envoy":
    from emulator.alarms.clock import MetricClock
    from emulator.auto_scaling.watch import ScalingWatch
    from emulator.health_checks import HealthChecker
    from emulator.load_balancer.data_plane import DataPlane
    from emulator.load_balancer.envoy import Envoy
    from emulator.load_balancer.metering import Meter
    from emulator.load_balancer.request_log import RequestLog
    from emulator.load_balancer.watched_files import REQUESTS
    from emulator.repairs.auto_scaling import store as scaled
    from emulator.repairs.cloudwatch import store
    from emulator.repairs.elbv2 import snapshot

    registry = targets.registry
    envoy = Envoy(directory / "load-balancer")
    stack.callback(envoy.close)
    plane = DataPlane(envoy, lambda: snapshot.take(registry))
    repairs.apply(registry, plane.publish, faults)
    stack.callback(HealthChecker(registry).close)
    log = RequestLog(envoy.directory / REQUESTS, envoy.admin.reopen_logs)
    meter = Meter(envoy.admin, log, registry, snapshot.used_groups)
    scaling = ScalingWatch(scaled, store.series)
    clock = MetricClock(meter, store, faults.arrival, scaling.evaluate_due)
    stack.callback(clock.close)
    return envoy


def _start_api(listening: socket.socket, envoy: "Envoy", stack: contextlib.ExitStack) -> None:
    from emulator import selfcheck
    from emulator.repairs import lambda_
    from emulator.server import serving

    stack.callback(lambda_.end_workers)
    stack.enter_context(serving(listening))
    try:
        selfcheck.run()
    except SelfCheckFailed:
        envoy.require_running()  # without it much fails, for one reason
        raise


def _start_control(faults: Faults, fleet: "Fleet", stack: contextlib.ExitStack) -> ControlServer:
    from emulator.call_counts import CallCounts
    from emulator.repairs import eventbridge, front_doors, iam

    counts, interferences = CallCounts(), faults.interferences
    front_doors.watch_calls(counts.count, interferences)
    control = ControlServer(
        {
            ("POST", "/enforce-iam"): lambda request: iam.enforce(bool(request["on"])),
            ("POST", "/faults"): lambda request: faults.change(**request),
            ("POST", "/interferences"): lambda asked: interferences.add(Interference.of(asked)),
            ("POST", "/interferences/seen"): lambda asked: interferences.seen(asked["number"]),
            ("POST", "/interferences/let-go"): lambda asked: interferences.let_go(asked["number"]),
            ("POST", "/interferences/end"): lambda asked: interferences.end(asked["number"]),
            ("POST", "/kill-target"): lambda asked: fleet.kill(asked["port"]),
            ("POST", "/run-schedules"): lambda _request: eventbridge.run_schedules(),
            ("GET", "/metrics-of-calls"): lambda _request: counts.since_start(),
        }
    )
    stack.callback(control.close)
    return control


def _start_fleet(directory: Path, stack: contextlib.ExitStack) -> "Fleet":
    from emulator.fleet import install

    fleet = install(directory)
    stack.callback(fleet.close)
    return fleet
