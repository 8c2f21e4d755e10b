"""OwnedResource: make, change or delete what Viridian owns of a service, as CloudFormation asks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.request import Request, urlopen

from viridian.adapters.owned import Owned, owned_kinds
from viridian.core.owned import Kind, Wanted, name_of, retagged
from viridian.runtime.telemetry import logger

NOT_MADE = "not-made"
"""The id of what could not be made, which CloudFormation asks to delete all the same."""
LONGEST_REASON = 1_000
"""Characters; an answer to CloudFormation has 4 096 bytes at most."""
ANSWER_SECONDS = 10

account_kinds = owned_kinds()


def answer(url: str, body: Mapping[str, str]) -> None:
    """Tell CloudFormation; raises OSError, so that Lambda asks again."""
    content = json.dumps(body).encode()
    request = Request(url, content, {"Content-Type": ""}, method="PUT")  # noqa: S310
    with urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 - CloudFormation's own URL
        return


@logger.inject_lambda_context(clear_state=True)
def handler(
    event: dict[str, Any],
    _context: object,
    kinds: Mapping[Kind, Owned] = account_kinds,
    tell: Callable[[str, Mapping[str, str]], None] = answer,
) -> None:
    """Do it, and answer with the resource's ARN as its id, or with what is wrong."""
    told = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    known = event.get("PhysicalResourceId", NOT_MADE)
    logger.info("resource asked for", extra={**told, "request": event["RequestType"]})
    try:
        arn = _done(event, known, kinds)
        body = {"Status": "SUCCESS", "PhysicalResourceId": arn}
    except Exception as error:
        logger.exception("resource refused")
        body = {
            "Status": "FAILED",
            "PhysicalResourceId": known,
            "Reason": str(error)[:LONGEST_REASON],
        }
    tell(event["ResponseURL"], {**told, **body})


def _done(event: dict[str, Any], arn: str, kinds: Mapping[Kind, Owned]) -> str:
    kind = Kind(event["ResourceType"].removeprefix("Custom::Viridian"))
    wanted = _wanted(event["ResourceProperties"])
    if event["RequestType"] == "Create":
        label = event["ResourceProperties"]["Label"]
        name = name_of(label, event["StackId"], event["LogicalResourceId"])
        return kinds[kind].make(wanted, name)
    if event["RequestType"] == "Update":
        kinds[kind].change(arn, wanted)
        kinds[kind].tag(arn, *retagged(_wanted(event["OldResourceProperties"]), wanted))
    elif arn != NOT_MADE:
        kinds[kind].delete(arn)
    return arn


def _wanted(properties: Mapping[str, str]) -> Wanted:
    """As JSON: CloudFormation makes texts of all numbers and booleans on the way."""
    wanted: Wanted = json.loads(properties["Wanted"])
    return wanted
