"""Functions of the checks."""

import io
import json
import zipfile
from typing import Any

from emulator.selfcheck.subject import ROLE

FAILING_WHEN_TOLD = """
import os

class Reverted(Exception):
    pass

def handler(event, context):
    if event.get("fail"):
        raise Reverted("on purpose")
    names = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
    credentials = {f"aws_{name.lower()}": os.environ.get(f"AWS_{name}") for name in names}
    return {"worker": os.getpid(), "credentials": credentials}
"""
ALWAYS_FAILING = """
def handler(event, context):
    with open(event["detail"]["file"], "a") as file:
        file.write("asked,")
    raise RuntimeError("on purpose")
"""


def create(functions: Any, name: str, source: str) -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", source)
    arn: str = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=ROLE,
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    return arn


def invoke(functions: Any, name: str, **event: Any) -> dict[str, Any]:
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    body: dict[str, Any] = json.load(answer["Payload"])
    return body
