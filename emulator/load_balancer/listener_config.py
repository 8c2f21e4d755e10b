"""A listener, as Envoy's resource: its port, its routes, what it answers and logs by itself."""

from pathlib import Path
from typing import Any

from emulator.load_balancer.model import Listener
from emulator.load_balancer.watched_files import ERRORS, TYPES, routes_file, source


def listener_resource(listener: Listener, directory: Path) -> dict[str, Any]:
    manager = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": _connection_manager(listener, directory),
    }
    return {
        "@type": f"{TYPES}.config.listener.v3.Listener",
        "name": listener.name,
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": listener.port}},
        "filter_chains": [{"filters": [manager]}],
    }


def _connection_manager(listener: Listener, directory: Path) -> dict[str, Any]:
    filters = f"{TYPES}.extensions.filters"
    router = {
        "@type": f"{filters}.http.router.v3.Router",
        "suppress_envoy_headers": True,
    }
    return {
        "@type": f"{filters}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": listener.name,
        "rds": {
            "route_config_name": listener.name,
            "config_source": source(directory / routes_file(listener)),
        },
        "use_remote_address": True,
        "skip_xff_append": True,
        "generate_request_id": False,
        "server_name": "awselb/2.0",
        "server_header_transformation": "APPEND_IF_ABSENT",
        "local_reply_config": {"mappers": [_reply_with(502, ["UF", "UC", "UPE", "URX"])]},
        "access_log": [_error_log(listener, directory)],
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }


def _reply_with(status: int, flags: list[str]) -> dict[str, Any]:
    return {"filter": {"response_flag_filter": {"flags": flags}}, "status_code": status}


def _error_log(listener: Listener, directory: Path) -> dict[str, Any]:
    """One line for each 5xx: its flags tell the load balancer's own from those of targets."""
    least = {"default_value": 500, "runtime_key": "least-status-logged"}
    loggers = f"{TYPES}.extensions.access_loggers.file.v3.FileAccessLog"
    entry = f"{listener.load_balancer} %RESPONSE_CODE% %UPSTREAM_CLUSTER% %RESPONSE_FLAGS%\n"
    return {
        "name": "envoy.access_loggers.file",
        "filter": {"status_code_filter": {"comparison": {"op": "GE", "value": least}}},
        "typed_config": {
            "@type": loggers,
            "path": str(directory / ERRORS),
            "log_format": {"text_format_source": {"inline_string": entry}},
        },
    }
