"""Lambda: an error is named by its class, a worker outlives it, and calls are made under the role.

On AWS `errorType` is the exception's class name, which is what Retry and Catch of Step Functions
compare; the execution environment stays warm after an error. ministack says
`Runtime.HandlerError` for every error and ends the worker. It also gives workers the account's
credentials while IAM is not enforced, so those that are warm when it is switched on would be
all-powerful.
"""

import hashlib
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc, sts

from emulator.warm_start import UnpackOnce, WarmStart

Record = dict[str, Any]

FAILURE_KEY = "emulator_failure"
AS_SHIPPED = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
REPAIRED = (
    f'{{"status": "ok", "result": {{"{FAILURE_KEY}": {{'
    '"errorMessage": str(e), "errorType": type(e).__name__, '
    '"requestId": _ms_ctx.get("request_id", ""), '
    '"stackTrace": traceback.format_tb(e.__traceback__)[1:]}, '
    '"trace": traceback.format_exc()}}'
)
run_function = lambda_svc._execute_function_warm


def apply() -> None:
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(AS_SHIPPED) != 1:
        raise RuntimeError("ministack's Python worker does not report errors where it did")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(AS_SHIPPED, REPAIRED)
    lambda_runtime.execution_credentials = role_credentials
    lambda_runtime.subprocess, lambda_runtime.zipfile = WarmStart(), UnpackOnce()
    lambda_svc._execute_function_warm = run_with_named_errors


def run_with_named_errors(function: Record, event: Any, request_id: str) -> Record:
    result: Record = run_function(function, event, request_id)
    body = result.get("body")
    if not isinstance(body, dict) or FAILURE_KEY not in body:
        return result
    log = "\n".join(filter(None, [result.get("log"), body["trace"]]))
    return {"body": body[FAILURE_KEY], "error": True, "log": log}


def role_credentials(config: Record) -> dict[str, str]:
    """A session of the function's own role, the same one for all of its workers."""
    role = config.get("Role", "")
    digest = hashlib.sha256(f"{config.get('FunctionArn')}:{role}".encode()).hexdigest()
    account, role_name = role.split(":")[4], role.rsplit("/", 1)[-1]
    credentials = {
        "AWS_ACCESS_KEY_ID": f"ASIA{digest[:16].upper()}",
        "AWS_SECRET_ACCESS_KEY": digest[16:56],
        "AWS_SESSION_TOKEN": digest,
    }
    name = config.get("FunctionName", "function")[:64]
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}",
        "UserId": f"{role_name}:{name}",
        "SecretAccessKey": credentials["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": credentials["AWS_SESSION_TOKEN"],
    }
    sts.register_session(credentials["AWS_ACCESS_KEY_ID"], session)
    return credentials


def end_workers() -> None:
    """End every worker process; the next invocation starts a new one."""
    lambda_runtime.reset()
