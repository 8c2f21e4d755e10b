"""Runs the embedded AWS until its standard input ends.

    python -m emulator --directory build/demo

Prints one line of JSON when it serves and has proved itself:
{"endpoint_url": "http://127.0.0.1:…", "control_url": "http://127.0.0.1:…"}
"""

import argparse
import json
import logging
import sys
from pathlib import Path

from emulator.cloud import embedded_cloud
from emulator.errors import CannotBeTrusted, PortTaken
from emulator.lifecycle import Ending


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m emulator")
    parser.add_argument("--directory", type=Path, required=True, help="for state and log files")
    parser.add_argument("--port", type=int, default=0, help="of the endpoint; a free one if absent")
    arguments = parser.parse_args()
    directory = arguments.directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=directory / "emulator.log", level=logging.WARNING)
    ending = Ending()
    try:
        with embedded_cloud(directory, arguments.port) as ready:
            print(json.dumps(ready), flush=True)
            ending.wait()
    except CannotBeTrusted as reason:
        sys.exit(f"the emulator cannot be trusted: {reason}")
    except PortTaken as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
