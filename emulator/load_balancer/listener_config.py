"""A listener, as Envoy's resource: its port, its routes, what it answers and logs by itself."""

from pathlib import Path
from typing import Any

from emulator.load_balancer.model import Listener
from emulator.load_balancer.watched_files import REQUESTS, TYPES, routes_file, source

# The target refused, closed, or spoke no HTTP.
UNUSABLE = ["UF", "UC", "UPE", "URX"]
# The last field: microseconds from the request's leaving to the first byte of the answer.
ENTRY = (
    "%RESPONSE_CODE% %UPSTREAM_CLUSTER% %RESPONSE_FLAGS% %COMMON_DURATION(US_TX_BEG:US_RX_BEG:us)%"
)


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
        "local_reply_config": {"mappers": [_timed_out(), _reply_with(502, UNUSABLE)]},
        "access_log": [_request_log(listener, directory)],
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }


def _reply_with(status: int, flags: list[str]) -> dict[str, Any]:
    return {"filter": {"response_flag_filter": {"flags": flags}}, "status_code": status}


def _timed_out() -> dict[str, Any]:
    """A connection that is not accepted in time; one that is refused is no timeout."""
    expression = {
        "@type": f"{TYPES}.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
        "expression": "response.code_details.contains('connection_timeout')",
    }
    extension = {"name": "envoy.access_loggers.extension_filters.cel", "typed_config": expression}
    return {"filter": {"extension_filter": extension}, "status_code": 504}


def _request_log(listener: Listener, directory: Path) -> dict[str, Any]:
    """One line for each request when it ends; `request_log` reads it."""
    loggers = f"{TYPES}.extensions.access_loggers.file.v3.FileAccessLog"
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": loggers,
            "path": str(directory / REQUESTS),
            "log_format": {
                "text_format_source": {"inline_string": f"{listener.load_balancer} {ENTRY}\n"}
            },
        },
    }
