"""`report` and `judge`: a deployment's record, as a page and judged again."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from viridian.core.backtest import Again, first_restore, looks_again
from viridian.core.document import SCHEMA, document_key
from viridian.core.errors import RequestInvalid
from viridian.core.schema import parse
from viridian.report.page import page
from viridian_cli import views
from viridian_cli.account import Account
from viridian_cli.failure import Failed
from viridian_cli.options import at
from viridian_cli.service_file import read_service_file

Record = Annotated[
    str,
    typer.Argument(metavar="ID|FILE", help="A deployment's id, or the file of its record."),
]


def report(
    context: typer.Context,
    record: Record,
    output: Annotated[
        Path | None, typer.Option(help="Where to; else <id>.html in this folder.")
    ] = None,
) -> None:
    """Write the page of a deployment that ended."""
    here = at(context)
    document = read_record(here.account, record)
    path = output or Path(f"{document['deployment_id']}.html")
    path.write_text(page(document))
    here.screen.result({"report": str(path)}, str(path))


def judge(
    context: typer.Context,
    record: Record,
    service_file: Annotated[
        Path, typer.Option("--with", exists=True, dir_okay=False, help="A service file of today.")
    ],
) -> None:
    """Judge an old record again: would these thresholds have caught it, or a good release?"""
    here = at(context)
    document = read_record(here.account, record)
    looks = [*looks_again(document, read_service_file(service_file))]
    back = first_restore(looks)
    told = {"ending": document["ending"], "would_restore_at": back and back.at}
    rows = [
        (views.moment(look.at), f"{look.percent} %", look.was, _now(look), look.reason)
        for look in looks
    ]
    headings = ("UTC", "share", "then", "now", "on which numbers")
    here.screen.result(
        {**told, "looks": [asdict(look) for look in looks]},
        views.table(headings, rows),
        _in_words(document, looks, back),
    )


def read_record(account: Account, record: str) -> dict[str, Any]:
    """The document of a record, from its file or from the artifact bucket."""
    path = Path(record)
    if path.is_file():
        return _parsed(path.read_bytes(), record)
    service = account.service_of(record)
    bucket, key = account.output("ArtifactBucketName"), document_key(service, record)
    try:
        answer = account.client("s3").get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise Failed(
            f"s3://{bucket}/{key}: not found; it is written when the deployment ends, unless it "
            "was refused at the door"
        ) from error
    return _parsed(answer["Body"].read(), key)


def _parsed(content: bytes, place: str) -> dict[str, Any]:
    found = parse(content, place, RequestInvalid)
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise Failed(
            f"{place}: schema: wanted {SCHEMA}, found {schema}; take the record's document"
        )
    return dict(found)


def _now(look: Again) -> str:
    return f"{look.would} ({look.verdict})" + (" <" if look.is_other else "")


def _in_words(document: dict[str, Any], looks: list[Again], back: Again | None) -> str:
    ended = f"It ended {document['ending'] or 'not yet'}"
    if not looks:
        return f"{ended}, before any look at its evidence: there is nothing to judge again."
    if back is None:
        return f"{ended}. With this file no look would have taken it back."
    return f"{ended}. With this file it would be taken back at {back.at}: {back.reason}"
