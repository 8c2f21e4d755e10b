"""`python -m rehearsal demo`: see a deployment with your own eyes, without an AWS account."""

import argparse
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from emulator.client.process import DidNotStart
from rehearsal.assembly import DeployFailed
from rehearsal.demo import Ending, Script, own_script, play, shop_script
from rehearsal.demo.summary import in_short
from rehearsal.ecs_services import RehearsalFailed
from rehearsal.sole_use import DirectoryInUse, sole_use
from rehearsal.synthesis import SynthesisFailed
from viridian_cli.deployment import NoEnding
from viridian_cli.progress import progress
from viridian_cli.release import ReleaseUnusable

EPILOG = """\
Without --release the example is played: the shop 1.0.0 is live under steady traffic, 1.1.0 is
uploaded and must be promoted, then 1.2.0, which answers a fifth of its clients with 500, and must
be reverted, then 1.3.0, which is slow when many ask at once, and must be rejected before a client
meets it. The exit code is 0 only when all endings are right.

A release is a folder with a release.json such as

    {"service": "shop", "version": "2.0.0", "command": ["python3", "app.py"], "environment": {}}

beside what the command needs. The command gets HOST, PORT and RELEASE_VERSION in its environment.
It must listen there, answer / and /health with 200, and tell RELEASE_VERSION in the header
X-Release-Version of every answer. It is deployed on top of the shop 1.0.0 and must be promoted. To
change paths, header, steps or alarms, copy examples/shop/rehearsal.yaml into the folder and edit
it; then the folder itself is what is live first, because the shop would not pass its checks. What
its tasks print is in rehearsal/tasks, below --directory.

An assembly is a folder that `cdk synth` or the app itself has filled. It holds the control plane
and one service, with the short times of a rehearsal in its service file. Its stacks are given free
ports and an image by their parameters ProductionPort, TestPort and Image. The first version is
1.0.0.
"""
EXPECTED = (
    DeployFailed,
    DidNotStart,
    DirectoryInUse,
    NoEnding,
    RehearsalFailed,
    ReleaseUnusable,
    SynthesisFailed,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    try:
        with sole_use(given.directory):
            ending = play(_script(given), given.directory, progress())
    except EXPECTED as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; nothing is left running", file=sys.stderr)
        return 130
    return _conclude(ending)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    demo = commands.add_parser(
        "demo",
        help="deploy releases under traffic and watch what becomes of them",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    demo.add_argument("--release", type=Path, metavar="DIR", help="deploy your own release")
    demo.add_argument(
        "--assembly", type=Path, metavar="DIR", help="and in your own app, synthesised into there"
    )
    demo.add_argument(
        "--load",
        choices=("steady", "double"),
        default="steady",
        help="have it double when the first release gets its share: auto scaling follows",
    )
    demo.add_argument(
        "--way",
        choices=("upload", "pipeline"),
        default="upload",
        help="how the example's releases come: uploaded, or by its pipeline from their source",
    )
    demo.add_argument(
        "--directory",
        type=Path,
        default=Path("build/demo"),
        help="for summary.json, logs and state (default: %(default)s)",
    )
    return parser


def _script(given: argparse.Namespace) -> Script:
    script = (
        shop_script()
        if given.release is None
        else own_script(given.release, given.directory, given.assembly)
    )
    return replace(script, doubles_load=given.load == "double", by_pipeline=given.way == "pipeline")


def _conclude(ending: Ending) -> int:
    print(f"\n{in_short(ending.summary)}\nfigures: {ending.summary_file}")
    print(f"reports: {ending.reports}/*.html")
    for complaint in ending.complaints:
        print(f"not as expected: {complaint}", file=sys.stderr)
    return 1 if ending.complaints else 0


def _end(_number: int, _frame: object) -> NoReturn:
    """A SIGTERM ends everything in order, as leaving a `with` block does."""
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
