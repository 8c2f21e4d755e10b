"""Clients: all with the same bounded patience."""

import json
from collections.abc import Callable
from functools import partial
from io import BytesIO

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from urllib3 import HTTPResponse

from viridian.adapters.alarms import Alarms
from viridian.adapters.artifacts import Artifacts
from viridian.adapters.clients import client
from viridian.adapters.executions import Executions
from viridian.adapters.fleets.ecs import EcsFleets
from viridian.adapters.leases import Leases
from viridian.adapters.load_balancers import LoadBalancers
from viridian.adapters.records import Records
from viridian.adapters.registrations import Registrations
from viridian.adapters.request_metrics import RequestMetrics


def test_three_tries_end_within_the_shortest_timeout_of_a_function() -> None:
    config = client("sts").meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 4)
    assert config.retries["mode"] == "standard"
    assert config.retries["total_max_attempts"] == 3


SAID = "The signature does not match."
QUOTED = f"{SAID}\n\nThe Canonical String for this request should have been\n'POST\ntoken:abc'"
JSON = {"__type": "com.amazon#InvalidSignatureException", "message": QUOTED}
XML = f"<ErrorResponse><Error><Code>Wrong</Code><Message>{QUOTED}</Message></Error></ErrorResponse>"


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("dynamodb", "list_tables", json.dumps(JSON)),
        ("stepfunctions", "list_state_machines", json.dumps(JSON)),
        ("elbv2", "describe_load_balancers", XML),
        ("s3", "list_buckets", f"<Error><Code>Wrong</Code><Message>{QUOTED}</Message></Error>"),
    ],
)
def test_what_aws_quotes_of_a_request_whose_signature_is_wrong_is_cut(
    service: str, operation: str, body: str
) -> None:
    made, raw = client(service), HTTPResponse(BytesIO(body.encode()), preload_content=False)
    answer = AWSResponse("", 403, HTTPHeaders(), raw)
    made.meta.events.register("before-send", lambda **_: answer)

    with pytest.raises(ClientError) as told:
        getattr(made, operation)()

    assert str(told.value).endswith(f": {SAID}")


@pytest.mark.parametrize(
    ("from_session", "services"),
    [
        (Alarms.from_session, "cloudwatch"),
        (partial(Artifacts.from_session, "artifacts"), "s3"),
        (EcsFleets.from_session, "ecs logs"),
        (Executions.from_session, "stepfunctions"),
        (partial(Leases.from_session, "deployments"), "dynamodb"),
        (LoadBalancers.from_session, "elbv2"),
        (partial(Records.from_session, "deployments"), "dynamodb"),
        (Registrations.from_session, "ssm"),
        (RequestMetrics.from_session, "cloudwatch"),
    ],
)
def test_an_adapter_reaches_its_services_by_the_session_that_it_is_given(
    from_session: Callable[..., object], services: str
) -> None:
    adapter = from_session(session=boto3.Session(region_name="eu-west-3"))

    members = [member for member in vars(adapter).values() if not isinstance(member, str)]
    metas = [(member() if callable(member) else member).meta for member in members]
    reached = [(meta.service_model.service_name, meta.region_name) for meta in metas]
    assert reached == [(service, "eu-west-3") for service in services.split()]
