"""Print the timeline of a service file: `python -m viridian_cli.timeline service.yaml`."""

from argparse import ArgumentParser
from pathlib import Path

import yaml

from viridian.core.service.settings import Settings
from viridian_cli.timeline.table import table

USUAL_PER_MINUTE = 600.0


def main() -> None:
    """Read the file, run its deployments, print the table."""
    parser = ArgumentParser(prog="python -m viridian_cli.timeline", description=__doc__)
    parser.add_argument("service_file", type=Path)
    parser.add_argument(
        "--per-minute", type=float, default=USUAL_PER_MINUTE, help="requests to both sides together"
    )
    given = parser.parse_args()
    path: Path = given.service_file
    settings = Settings.from_dict(yaml.safe_load(path.read_text()), path.name)
    print(table(settings, given.per_minute), end="")


if __name__ == "__main__":
    main()
