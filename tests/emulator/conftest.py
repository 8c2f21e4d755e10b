"""One emulator for all integration tests, and fixtures that make things in it."""

import io
import json
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from emulator.client.control import Control
from tests.emulator.rig import App, Balancer, Cloud, eventually

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items):
    """Tests of the one emulator stay in one process when tests are spread over several."""
    for item in items:
        if "cloud" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("emulator"))


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    directory = tmp_path_factory.mktemp("cloud")
    command = [sys.executable, "-m", "emulator", "--directory", str(directory)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    ready = json.loads(process.stdout.readline())
    yield Cloud(ready["endpoint_url"], Control(ready["control_url"]))
    process.stdin.close()
    assert process.wait(timeout=60) == 0


@pytest.fixture
def unique():
    """A name no other test uses."""
    return f"t{uuid4().hex[:10]}"


@pytest.fixture
def start_app():
    apps = []

    def start(name):
        apps.append(App(name))
        return apps[-1]

    yield start
    for app in apps:
        app.close()


@pytest.fixture
def balancer(cloud, unique):
    made = Balancer(cloud.client("elbv2"), unique)
    yield made
    made.close()


@pytest.fixture
def create_function(cloud, unique):
    """Create a function from source text; its role may do what the statements say. It goes with
    the test, and so does its warm process."""
    iam, functions = cloud.client("iam"), cloud.client("lambda")

    def create(source, statements=(), **settings):
        role = iam.create_role(RoleName=unique, AssumeRolePolicyDocument=document())
        if statements:
            iam.put_role_policy(
                RoleName=unique, PolicyName="own", PolicyDocument=document(*statements)
            )
        return functions.create_function(
            FunctionName=unique,
            Runtime="python3.13",
            Handler="app.handler",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": zipped(source)},
            **{"Timeout": 30, **settings},
        )["FunctionArn"]

    yield create
    functions.delete_function(FunctionName=unique)


@pytest.fixture
def start_machine(cloud, unique):
    """Start a JSONata machine; the execution's ARN."""
    states = cloud.client("stepfunctions")

    def start(definition, start_input=None):
        machine = states.create_state_machine(
            name=unique,
            definition=json.dumps({"QueryLanguage": "JSONata", **definition}),
            roleArn="arn:aws:iam::000000000000:role/machine",
        )["stateMachineArn"]
        return states.start_execution(stateMachineArn=machine, input=json.dumps(start_input or {}))[
            "executionArn"
        ]

    return start


@pytest.fixture
def run_machine(cloud, start_machine):
    """Run a JSONata machine to its end; what DescribeExecution says then."""
    states = cloud.client("stepfunctions")

    def run(definition, start_input=None):
        execution = start_machine(definition, start_input)
        return eventually(
            lambda: states.describe_execution(executionArn=execution),
            lambda found: found["status"] != "RUNNING",
        )

    return run


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def zipped(source):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", textwrap.dedent(source))
    return content.getvalue()
