"""The files of the folder that Envoy watches, by what they hold."""

from pathlib import Path
from typing import Any

from emulator.load_balancer.model import Listener

TYPES = "type.googleapis.com/envoy"
LISTENERS = "listeners.json"
CLUSTERS = "clusters.json"
REQUESTS = "requests.log"


def routes_file(listener: Listener) -> str:
    return f"routes-{listener.name}.json"


def endpoints_file(cluster: str) -> str:
    return f"endpoints-{cluster}.json"


def source(path: Path) -> dict[str, Any]:
    """Where a part of the configuration is found. Envoy reads it when it is renamed into place."""
    return {"resource_api_version": "V3", "path_config_source": {"path": str(path)}}
