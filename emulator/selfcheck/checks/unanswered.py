"""Requests that no target answers: what the client gets, and which metrics tell of it."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from emulator.load_balancer.metrics import NAMESPACE
from emulator.load_balancer.model import full_name
from emulator.ports import free_port
from emulator.selfcheck.asking import DEADLINE_SECONDS, eventually, expect, status_of
from emulator.selfcheck.subject import NAME, Check, Subject, fixed, only

CLOSED_PORT = 1  # where nobody listens


class Balancer:
    """A load balancer that these checks alone ask. The targets of `/silent` and `/left` take
    connections and send nothing, that of `/refusing` takes none."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._elbv2 = subject.client("elbv2")
        self.port = free_port()
        balancers = self._elbv2.create_load_balancer(Name=f"{NAME}-unanswered")["LoadBalancers"]
        self._arn: str = balancers[0]["LoadBalancerArn"]
        self._listener: str = self._elbv2.create_listener(
            LoadBalancerArn=self._arn,
            Port=self.port,
            Protocol="HTTP",
            DefaultActions=[fixed(200)],
        )["Listeners"][0]["ListenerArn"]
        self._unread, self.unanswered = (socket.create_server(("127.0.0.1", 0)) for _ in "12")
        self.silent = self._group("silent", self._unread.getsockname()[1])
        self.left = self._group("left", self.unanswered.getsockname()[1])
        self.refusing = self._group("refusing", CLOSED_PORT)

    def _group(self, name: str, port: int) -> str:
        group = self._subject.group(name)
        self._elbv2.create_rule(
            ListenerArn=self._listener,
            Priority=port,
            Conditions=[{"Field": "path-pattern", "Values": [f"/{name}"]}],
            Actions=[only(group)],
        )
        targets = [{"Id": "127.0.0.1", "Port": port}]
        self._elbv2.register_targets(TargetGroupArn=group, Targets=targets)
        return group

    def set_idle_timeout(self, seconds: int) -> None:
        timeout = {"Key": "idle_timeout.timeout_seconds", "Value": str(seconds)}
        self._elbv2.modify_load_balancer_attributes(LoadBalancerArn=self._arn, Attributes=[timeout])

    def begin(self, path: str) -> socket.socket:
        """Send a request; the connection that its answer comes on."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
        return connection

    def count(self, metric: str, group: str | None = None) -> float:
        """The sum of a metric of the last minutes, of the load balancer or of one group."""
        arns = {"LoadBalancer": self._arn, **({"TargetGroup": group} if group else {})}
        dimensions = [{"Name": name, "Value": full_name(arn)} for name, arn in arns.items()]
        named = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": dimensions}
        now = datetime.now(UTC)
        found = self._subject.client("cloudwatch").get_metric_data(
            MetricDataQueries=[
                {"Id": "m", "MetricStat": {"Metric": named, "Period": 60, "Stat": "Sum"}}
            ],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
        )
        values: list[float] = found["MetricDataResults"][0]["Values"]
        return sum(values)

    def expect_count(self, wanted: int, metric: str, group: str | None = None) -> None:
        eventually(lambda: self.count(metric, group), lambda found: found == wanted)


def clients_that_leave_are_counted_4xx(subject: Subject) -> Iterator[None]:
    """460, which nobody gets. No target is to blame, and one was asked."""
    balancer = subject.once(Balancer)
    client = balancer.begin("/left")
    target, _ = balancer.unanswered.accept()
    target.recv(1)
    client.close()
    yield
    balancer.expect_count(1, "HTTPCode_ELB_4XX_Count")
    balancer.expect_count(1, "RequestCount", balancer.left)
    expect(balancer.count("TargetConnectionErrorCount", balancer.left), 0)


def silent_targets_are_answered_504(subject: Subject) -> Iterator[None]:
    """After the idle timeout; the request counts and no answer of a target does."""
    balancer = subject.once(Balancer)
    balancer.set_idle_timeout(1)
    connection = balancer.begin("/silent")
    yield
    connection.settimeout(DEADLINE_SECONDS)
    expect(connection.recv(12), b"HTTP/1.1 504")
    connection.close()
    balancer.expect_count(1, "HTTPCode_ELB_504_Count")
    balancer.expect_count(1, "RequestCount", balancer.silent)
    expect(balancer.count("HTTPCode_Target_5XX_Count", balancer.silent), 0)
    expect(balancer.count("TargetResponseTime", balancer.silent), 0)


def refused_connections_are_counted(subject: Subject) -> Iterator[None]:
    balancer = subject.once(Balancer)
    expect(status_of(balancer.port, "/refusing"), 502)
    yield
    balancer.expect_count(1, "TargetConnectionErrorCount", balancer.refusing)
    balancer.expect_count(1, "RequestCount", balancer.refusing)
    balancer.expect_count(1, "HTTPCode_ELB_502_Count")
    balancer.expect_count(2, "HTTPCode_ELB_5XX_Count")  # with the 504


CHECKS: dict[Check, str] = {  # the client leaves before the idle timeout is short
    clients_that_leave_are_counted_4xx: "metrics",
    silent_targets_are_answered_504: "metrics",
    refused_connections_are_counted: "metrics",
}
