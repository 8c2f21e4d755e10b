"""The automation of an account as moto has it: what the command line finds, and what it invokes.

The functions Control and Approve are the real ones, behind Lambda's own HTTP interface. Beside them
CloudFormation answers, of which moto can make no stack with what is installed here.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qs

import boto3
from boto3.dynamodb.types import TypeSerializer

from tests.adapters.test_leases import item_of
from tests.adapters.test_load_balancers import AwsStand
from tests.core.shop import REGISTRATION
from tests.deployments_table import create_table
from tests.handlers.conftest import CONTEXT
from viridian.adapters.answers import Answers
from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.document import document_key
from viridian.core.lease import Lease
from viridian.core.owned import MANAGED
from viridian.core.service.registration import parameter_name
from viridian.handlers.controls import approve, control

ID = "shop-1.1.0-0123456789ab"
DEFINITION = {"StartAt": "Bake", "States": {"Bake": {"Type": "Pass", "End": True}}}
ROLE = "arn:aws:iam::123456789012:role/viridian"
Handler = Callable[[Any], Any]
ALARMS = [
    *(f"shop-{colour}-{kind}" for colour in ("blue", "green") for kind in ("5xx", "p99")),
    *("shop-elb-5xx", "orders-lost"),
]


def make_alarms() -> None:
    """Those of the shop, all of them OK."""
    for name in ALARMS:
        boto3.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/ApplicationELB",
            MetricName="errors",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Statistic="Sum",
        )
        set_alarm(name, "OK")


def set_alarm(name: str, state: str) -> None:
    boto3.client("cloudwatch").set_alarm_state(
        AlarmName=name, StateValue=state, StateReason="a test"
    )


def make_fleets(automation: "Automation") -> None:
    """Blue is live on two healthy tasks of Fargate, green rests."""
    whole_on_blue(automation)
    elbv2, ecs, balancer = boto3.client("elbv2"), boto3.client("ecs"), automation.balancer
    targets = [{"Id": f"10.0.0.{n}", "Port": 80} for n in (10, 11)]
    elbv2.register_targets(TargetGroupArn=balancer.blue, Targets=targets)
    tags = [{"Key": MANAGED, "Value": "true"}]
    elbv2.add_tags(ResourceArns=[balancer.rule, balancer.blue, balancer.green], Tags=tags)
    ecs.create_cluster(clusterName="shop")
    for _ in range(4):
        ecs.register_task_definition(
            family="shop-template",
            cpu="512",
            memory="2048",
            containerDefinitions=[{"name": "app", "image": "runtime"}],
        )
    for colour, size in (("blue", 2), ("green", 1)):
        ecs.create_service(
            cluster="shop",
            serviceName=colour,
            taskDefinition="shop-template:4",
            desiredCount=size,
            launchType="FARGATE",
            tags=[{"key": MANAGED, "value": "true"}],
        )


def whole_on_blue(automation: "Automation", green: int = 0) -> None:
    """All traffic on blue, or but for so much."""
    groups = [
        {"TargetGroupArn": automation.balancer.blue, "Weight": 100 - green},
        {"TargetGroupArn": automation.balancer.green, "Weight": green},
    ]
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
    boto3.client("elbv2").modify_rule(RuleArn=automation.balancer.rule, Actions=actions)


class Automation:
    """Deployed, with one service, whose blue side is live; no deployment was made."""

    resources = (
        ("AWS::Lambda::Function", "function"),
        ("AWS::Logs::LogGroup", "shift-traffic"),
        ("AWS::Logs::LogGroup", "restore-traffic"),
    )

    def __init__(self) -> None:
        create_table(boto3.client("dynamodb"), "deployments")
        self.s3, self.ssm = boto3.client("s3"), boto3.client("ssm")
        self.s3.create_bucket(Bucket="artifacts")
        versioned = {"Status": "Enabled"}
        self.s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration=versioned)
        self.states = boto3.client("stepfunctions")
        self.machine, self.standby = self._machine("deploy"), self._machine("standby")
        self.balancer = AwsStand()
        groups = {"blue": self.balancer.blue, "green": self.balancer.green}
        sides = {c: {**REGISTRATION[c], "target_group_arn": group} for c, group in groups.items()}
        self.registration = {**REGISTRATION, "rule_arn": self.balancer.rule, **sides}
        self.register("shop", self.registration)
        self.outputs = {
            "ArtifactBucketName": "artifacts",
            "TableName": "deployments",
            "StateMachineArn": self.machine,
            "StandbyMachineArn": self.standby,
            "HookMachineArn": self._machine("hook"),
            "ControlFunctionName": "control",
            "ApproveFunctionName": "approve",
            "OperatorsTopicArn": "arn:aws:sns:us-east-1:123456789012:operators",
            "Version": version("viridian"),
        }

    def register(self, service: str, registration: Mapping[str, Any]) -> None:
        self.ssm.put_parameter(
            Name=parameter_name(service), Value=json.dumps(registration), Type="String"
        )

    def hold(self, service: str = "shop", **members: Any) -> None:
        """Have a deployment hold a service's lease."""
        given = {"fence": 1, "deployment_id": ID, "phase": "deploying", **members}
        item = item_of(Lease(service, **given))
        boto3.client("dynamodb").put_item(TableName="deployments", Item=item)

    def keep(self, sort_key: str, **members: Any) -> None:
        """Keep an item of the shop."""
        values = {"pk": "SERVICE#shop", "sk": sort_key, **members}
        item = {name: TypeSerializer().serialize(value) for name, value in values.items()}
        boto3.client("dynamodb").put_item(TableName="deployments", Item=item)

    def start(self, name: str = ID, machine: str | None = None, **request: Any) -> None:
        self.states.start_execution(
            stateMachineArn=machine or self.machine,
            name=name,
            input=json.dumps({"service": "shop", "version": "1.1.0", **request}),
        )

    def keep_document(self, document: dict[str, Any], *, is_ended: bool = True) -> str:
        """Start a deployment, and export its record as its ending does."""
        name = str(document["deployment_id"])
        self.start(name)
        if is_ended:
            key, body = document_key("shop", name), json.dumps(document).encode()
            self.s3.put_object(Bucket="artifacts", Key=key, Body=body)
        return name

    def lease(self) -> Lease:
        return Leases(boto3.client("dynamodb"), "deployments").get("shop")

    def _machine(self, name: str) -> str:
        made = self.states.create_state_machine(
            name=name, definition=json.dumps(DEFINITION), roleArn=ROLE
        )
        return str(made["stateMachineArn"])


def handlers() -> dict[str, Handler]:
    """The deployed functions."""
    leases, records = Leases.from_session("deployments"), Records.from_session("deployments")
    executions = Executions.from_session()
    answers = Answers(leases, records, executions)
    return {
        "control": lambda event: control.handler(event, CONTEXT, leases, records, executions),
        "approve": lambda event: approve.handler(event, CONTEXT, answers),
    }


def invoked(handler: Handler, event: Any) -> tuple[int, dict[str, str], str]:
    """As Lambda answers for a function: what it raises is an answer, too."""
    try:
        return 200, {}, json.dumps(handler(event))
    except Exception as error:
        raised = {"errorType": type(error).__name__, "errorMessage": str(error)}
        return 200, {"X-Amz-Function-Error": "Unhandled"}, json.dumps(raised)


def stacks(automation: Automation, asked: dict[str, list[str]]) -> tuple[int, dict[str, str], str]:
    """As CloudFormation answers for the automation's stack, with a page for each resource."""
    [action], [name] = asked["Action"], asked["StackName"]
    if name != "Viridian":
        wrong = (
            f"<Code>ValidationError</Code><Message>Stack with id {name} does not exist</Message>"
        )
        return 400, {}, f"<ErrorResponse><Error>{wrong}</Error></ErrorResponse>"
    outputs = "".join(
        f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
        for key, value in automation.outputs.items()
    )
    page = int(asked.get("NextToken", ["0"])[0])
    kind, physical = automation.resources[page]
    more = f"<NextToken>{page + 1}</NextToken>" if page + 1 < len(automation.resources) else ""
    results = {
        "DescribeStacks": f"<Stacks><member><Outputs>{outputs}</Outputs></member></Stacks>",
        "ListStackResources": f"<StackResourceSummaries><member><ResourceType>{kind}</ResourceType>"
        f"<PhysicalResourceId>{physical}</PhysicalResourceId></member></StackResourceSummaries>"
        + more,
    }
    return 200, {}, f"<Response><{action}Result>{results[action]}</{action}Result></Response>"


@contextmanager
def endpoint(automation: Automation) -> Iterator[str]:
    """Where both answer."""
    deployed = handlers()

    class Aws(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if "functions" in self.path:
                answer = invoked(deployed[self.path.split("/")[3]], json.loads(body))
            else:
                answer = stacks(automation, parse_qs(body.decode()))
            status, headers, told = answer
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(told.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
