"""Free ports on loopback, below the range that the kernel gives to outgoing connections."""

import contextlib
import random
import socket

LOWEST, HIGHEST = 15000, 30000
ATTEMPTS = 200


def free_port() -> int:
    """A port that nothing is bound to at this moment; drawn at random, so two callers differ."""
    for _ in range(ATTEMPTS):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311
        if _is_free(port):
            return port
    raise RuntimeError(f"no free port found between {LOWEST} and {HIGHEST}")


def _is_free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
