"""What the integration tests work the emulator with: clients, apps, requests, a load balancer."""

import http.server
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

from emulator.client.control import Control
from emulator.ports import free_port


def eventually(
    ask: Callable[[], Any], wanted: Callable[[Any], object] = bool, within: float = 30.0
) -> Any:
    """The first answer that is wanted; fails with the last one when time is over. It is long since
    a machine may be slow: what must not wait is told from it by what it would wait, a minute."""
    deadline = time.monotonic() + within
    while not wanted(answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {within} s"
        threading.Event().wait(0.02)
    return answer


class Cloud(NamedTuple):
    """Validation is off: health checks here are faster than Elastic Load Balancing allows."""

    endpoint_url: str
    control: Control

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """The administrator's, or that of a role by the credentials that STS gave."""
        given = credentials or {"AccessKeyId": "test", "SecretAccessKey": "test"}
        make: Any = boto3.client
        return make(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )


class App:
    """A real application: tells its name and what it was sent, with the status it is told; nothing
    once closed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = 200
        self.health_status = 200
        self.is_closed = False
        self._server = _AppServer(("127.0.0.1", 0), _AppHandler)
        self._server.app = self
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.is_closed = True
        self._server.shutdown()
        self._server.server_close()


class _AppServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    app: App


class _AppHandler(http.server.BaseHTTPRequestHandler):
    server: _AppServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        app = self.server.app
        if app.is_closed:
            self.close_connection = True
            return
        status = app.health_status if self.path == "/health" else app.status
        posted = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        told = {"app": app.name, "headers": dict(self.headers), "posted": posted}
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        pass


def fetch(port: int, path: str = "/", **headers: str) -> tuple[int, str | None]:
    """Status, and the name of the app that answered; None if the load balancer did."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)["app"]
    except urllib.error.HTTPError as error:
        body = error.read()
        return error.code, json.loads(body)["app"] if body.startswith(b'{"app"') else None


class Balancer:
    """A load balancer with one listener and one weighted rule over two groups."""

    def __init__(self, elbv2: Any, name: str) -> None:
        self.elbv2 = elbv2
        self.port = free_port()
        self._groups: list[str] = []
        balancers = elbv2.create_load_balancer(Name=name, Subnets=["subnet-1"])["LoadBalancers"]
        self.arn: str = balancers[0]["LoadBalancerArn"]
        self.blue, self.green = (self.create_group(f"{name}-{c}") for c in ("blue", "green"))
        not_found = {"StatusCode": "404", "ContentType": "text/plain", "MessageBody": "nothing"}
        self.listener: str = elbv2.create_listener(
            LoadBalancerArn=self.arn,
            Port=self.port,
            Protocol="HTTP",
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": not_found}],
        )["Listeners"][0]["ListenerArn"]
        self.rule: str = elbv2.create_rule(
            ListenerArn=self.listener,
            Priority=10,
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
            Actions=[self.forward(100, 0)],
        )["Rules"][0]["RuleArn"]

    def create_group(self, name: str) -> str:
        group: str = self.elbv2.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=80,
            TargetType="ip",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=1,
            HealthCheckTimeoutSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        self._groups.append(group)
        return group

    def close(self) -> None:
        """Delete it with its rules and groups: the data plane watches files for each of them."""
        self.elbv2.delete_listener(ListenerArn=self.listener)
        for group in self._groups:
            self.elbv2.delete_target_group(TargetGroupArn=group)
        self.elbv2.delete_load_balancer(LoadBalancerArn=self.arn)

    def set_drain_seconds(self, group: str, seconds: int) -> None:
        attribute = {"Key": "deregistration_delay.timeout_seconds", "Value": str(seconds)}
        self.elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=[attribute])

    def forward(self, blue: int, green: int) -> dict[str, Any]:
        weights = [(self.blue, blue), (self.green, green)]
        groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights]
        return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}

    def shift(self, blue: int, green: int) -> None:
        self.elbv2.modify_rule(RuleArn=self.rule, Actions=[self.forward(blue, green)])

    def register(self, group: str, app: App) -> None:
        self.register_port(group, app.port)

    def register_port(self, group: str, port: int) -> None:
        targets = [{"Id": "127.0.0.1", "Port": port}]
        self.elbv2.register_targets(TargetGroupArn=group, Targets=targets)

    def deregister(self, group: str, app: App) -> None:
        targets = [{"Id": "127.0.0.1", "Port": app.port}]
        self.elbv2.deregister_targets(TargetGroupArn=group, Targets=targets)

    def health(self, group: str) -> list[str]:
        found = self.elbv2.describe_target_health(TargetGroupArn=group)
        return [t["TargetHealth"]["State"] for t in found["TargetHealthDescriptions"]]

    def serve(self, group: str, app: App) -> None:
        self.register(group, app)
        eventually(lambda: self.health(group), lambda states: states == ["healthy"])

    def dimensions(self, group: str | None = None) -> list[dict[str, str]]:
        """The CloudWatch dimensions of the load balancer, or of one of its groups."""
        values = {"LoadBalancer": self.arn.split(":loadbalancer/")[1]}
        if group:
            values["TargetGroup"] = group.split(":")[5]
        return [{"Name": name, "Value": value} for name, value in values.items()]
