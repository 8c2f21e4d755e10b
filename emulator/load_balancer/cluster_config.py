"""A target group and its targets, as Envoy's cluster and endpoints."""

from pathlib import Path
from typing import Any

from emulator.load_balancer.model import TargetGroup
from emulator.load_balancer.watched_files import TYPES, endpoints_file, source

UNLIMITED = 1_000_000
# Elastic Load Balancing: after so long without a connection a request is answered 504.
CONNECTION_TIMEOUT = "10s"


def cluster_resource(group: TargetGroup, directory: Path) -> dict[str, Any]:
    limits = ("max_connections", "max_pending_requests", "max_requests")
    return {
        "@type": f"{TYPES}.config.cluster.v3.Cluster",
        "name": group.cluster,
        "type": "EDS",
        "eds_cluster_config": {"eds_config": source(directory / endpoints_file(group.cluster))},
        "connect_timeout": CONNECTION_TIMEOUT,
        "common_lb_config": {"healthy_panic_threshold": {"value": 1}},
        "circuit_breakers": {"thresholds": [dict.fromkeys(limits, UNLIMITED)]},
    }


def endpoint_assignment(group: TargetGroup) -> dict[str, Any]:
    endpoints = [
        {
            "endpoint": {
                "address": {
                    "socket_address": {"address": endpoint.host, "port_value": endpoint.port}
                }
            },
            "health_status": "HEALTHY" if endpoint.healthy else "UNHEALTHY",
        }
        for endpoint in group.endpoints
    ]
    return {
        "@type": f"{TYPES}.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": group.cluster,
        "endpoints": [{"lb_endpoints": endpoints}],
    }
