"""Listeners, rules and targets, as the files Envoy watches.

Pure: a snapshot goes in, the text of every file comes out. A file's `version_info` is the digest
of what it says, so Envoy's statistics can be asked whether it has been taken.

As the ALB: an empty group answers 503; a group whose targets are all unhealthy fails open (Envoy's
panic mode, which counts those requests); a target that refuses the connection answers 502, one that
does not take it in time or sends nothing for the idle timeout 504, a client that does so meanwhile
408; `X-Forwarded-For`, `-Proto` and `-Port` are set. Weights that are all 0 answer 503 (AWS does
not say what they do).
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from emulator.load_balancer.cluster_config import cluster_resource, endpoint_assignment
from emulator.load_balancer.listener_config import listener_resource
from emulator.load_balancer.model import Snapshot
from emulator.load_balancer.route_config import route_configuration
from emulator.load_balancer.watched_files import (
    CLUSTERS,
    LISTENERS,
    endpoints_file,
    routes_file,
    source,
)


def files(snapshot: Snapshot, directory: Path) -> dict[str, str]:
    """Name and text of every file, what is pointed at before what points at it."""
    endpoints = {
        endpoints_file(g.cluster): [endpoint_assignment(g)] for g in snapshot.target_groups
    }
    clusters = [cluster_resource(group, directory) for group in snapshot.target_groups]
    routes = {
        routes_file(listener): [route_configuration(listener)] for listener in snapshot.listeners
    }
    listeners = [listener_resource(listener, directory) for listener in snapshot.listeners]
    resources = {**endpoints, CLUSTERS: clusters, **routes, LISTENERS: listeners}
    return {name: _discovery(entries) for name, entries in resources.items()}


def version_of(text: str) -> str:
    version: str = json.loads(text)["version_info"]
    return version


def bootstrap(directory: Path) -> dict[str, Any]:
    """The static part: an admin port on loopback, and where listeners and clusters are found."""
    loopback = {"socket_address": {"address": "127.0.0.1", "port_value": 0}}
    return {
        "node": {"id": "load-balancer", "cluster": "emulator"},
        "admin": {"address": loopback},
        "stats_flush_on_admin": True,
        "dynamic_resources": {
            "lds_config": source(directory / LISTENERS),
            "cds_config": source(directory / CLUSTERS),
        },
    }


def _discovery(resources: list[dict[str, Any]]) -> str:
    digest = hashlib.sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()[:16]
    return json.dumps({"version_info": digest, "resources": resources})
