"""`http:invoke`, which ministack has not: an HTTP Task, with what an EventBridge connection adds.

AWS calls https alone. Here an endpoint is http on loopback, and nothing else is ever called: no
other host, no redirect, no server that gives out OAuth tokens.
"""

import ipaddress
import json
import re
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ministack.core.responses import get_region
from ministack.services import eventbridge, stepfunctions

from emulator.repairs import connections
from emulator.repairs.stepfunctions import calls

Record = dict[str, Any]

HTTP_TASK = "arn:aws:states:::http:invoke"
LIMIT_SECONDS = 60
ARGUMENTS = {"ApiEndpoint", "Method", "InvocationConfig", "Headers", "RequestBody"}
AUTHORISED_BY = ("API_KEY", "BASIC")
NOT_TO_BE_SET = re.compile(
    "a-im|accept-(charset|datetime|encoding)|authorization|cache-control|connection"
    "|content-(encoding|md5)|date|expect|forwarded|from|host|http2-settings"
    "|if-(match|modified-since|none-match|range|unmodified-since)|max-forwards|origin|pragma"
    "|proxy-authorization|referer|server|te|trailer|transfer-encoding|upgrade|via|warning"
    "|x-(forwarded|amzn?)-.*"
)
UNREADABLE = ("application/octet-stream", "image/", "video/", "audio/")

invoke_as_shipped = stepfunctions._invoke_resource


def apply() -> None:
    stepfunctions._invoke_resource = invoke


def invoke(resource: str, arguments: Any) -> Any:
    return call(arguments) if resource == HTTP_TASK else invoke_as_shipped(resource, arguments)


def call(arguments: Record) -> Record:
    if unknown := arguments.keys() - ARGUMENTS:
        raise _refused(f"the emulator has no {', '.join(sorted(unknown))} of an HTTP Task")
    endpoint, method = arguments["ApiEndpoint"], arguments["Method"]
    url = _loopback(endpoint)
    if machine := calls.machine():
        asked = {"states:HTTPEndpoint": endpoint, "states:HTTPMethod": method}
        arn = machine["stateMachineArn"]
        calls.require("states:InvokeHTTPEndpoint", arn, "States.Http.AccessDenied", **asked)
    connection = _connection(arguments["InvocationConfig"]["ConnectionArn"])
    headers = _headers(arguments.get("Headers", {}), connection)
    body = json.dumps(arguments["RequestBody"]) if "RequestBody" in arguments else None
    answer, content = _sent(url, method, headers, body)
    if not 200 <= answer.status < 300:
        error = f"States.Http.StatusCode.{answer.status}"
        raise stepfunctions._ExecutionError(error, content.decode(errors="replace"))
    return _result(answer, content)


def _loopback(endpoint: str) -> SplitResult:
    url = urlsplit(endpoint)
    with suppress(ValueError):
        if url.scheme == "http" and ipaddress.ip_address(url.hostname or "").is_loopback:
            return url
    raise _refused(
        f"ApiEndpoint is {endpoint}: the emulator calls http on a loopback address alone"
    )


def _connection(arn: str) -> Record:
    """With what it authorises with, if the role may have that."""
    refusal = "Events.ConnectionResource.AccessDenied"
    calls.require("events:RetrieveConnectionCredentials", arn, refusal)
    for action in ("DescribeSecret", "GetSecretValue"):
        calls.require(f"secretsmanager:{action}", connections.secret_arn(arn), refusal)
    found: Record | None = eventbridge._connections.get(arn.rpartition("/")[2])
    if found is None or found["ConnectionArn"] != arn:
        raise stepfunctions._ExecutionError("Events.ConnectionResource.ResourceNotFound", arn)
    if found["ConnectionState"] != "AUTHORIZED":
        error = "Events.ConnectionResource.InvalidConnectionState"
        raise stepfunctions._ExecutionError(error, arn)
    others = _added(found).keys() - {"HeaderParameters"}
    if found["AuthorizationType"] not in AUTHORISED_BY or others:
        raise _refused(f"the emulator cannot use {arn}: an API key or Basic, and headers, are all")
    return found


def _added(connection: Record) -> Record:
    found: Record = connection["AuthParameters"].get("InvocationHttpParameters", {})
    return found


def _headers(given: Record, connection: Record) -> dict[str, str]:
    """What is in both is the connection's."""
    own = {name.lower(): value for name, value in given.items()}
    if wrong := list(filter(NOT_TO_BE_SET.fullmatch, own)):
        raise _refused(f"Headers must not have {', '.join(wrong)}")
    added = eventbridge._connection_params_map(_added(connection).get("HeaderParameters"))
    added |= eventbridge._connection_auth_headers(connection, None)
    return {
        "content-type": "application/json; charset=UTF-8",
        **own,
        **{name.lower(): value for name, value in added.items()},
        "user-agent": f"Amazon|StepFunctions|HttpInvoke|{get_region()}",
        "range": "bytes=0-262144",
    }


def _sent(
    url: SplitResult, method: str, headers: dict[str, str], body: str | None
) -> tuple[HTTPResponse, bytes]:
    client = HTTPConnection(url.hostname or "", url.port, timeout=LIMIT_SECONDS)
    target = url._replace(scheme="", netloc="", fragment="", path=url.path or "/").geturl()
    try:
        client.request(method, target, body, headers)
        answer = client.getresponse()
        return answer, answer.read()
    except (OSError, HTTPException) as failure:
        raise stepfunctions._ExecutionError("States.Http.Socket", repr(failure)) from failure
    finally:
        client.close()


def _result(answer: HTTPResponse, content: bytes) -> Record:
    kind = answer.headers.get_content_type()
    if kind.startswith(UNREADABLE):
        raise _refused(f"the answer is {kind}")
    body: Any = content.decode()
    if kind == "application/json" or kind.endswith("+json"):
        with suppress(ValueError):
            body = json.loads(body)
    headers: dict[str, list[str]] = {}
    for name, value in answer.getheaders():
        headers.setdefault(name.lower(), []).append(value)
    return {
        "ResponseBody": body,
        "Headers": headers,
        "StatusCode": answer.status,
        "StatusText": answer.reason,
    }


def _refused(message: str) -> Exception:
    refusal: Exception = stepfunctions._ExecutionError("States.Runtime", message)
    return refusal
