"""Free ports on loopback, below the range that the kernel gives to outgoing connections."""

import contextlib
import random
import socket
from collections import deque

LOWEST, HIGHEST = 15000, 30000
ATTEMPTS = 200

_given: deque[int] = deque(maxlen=2000)
"""What was drawn lately: who was given it may not have bound it yet."""


def free_port() -> int:
    """A port that nothing is bound to at this moment, and that this process did not give lately;
    drawn at random, so that two processes differ.
    """
    for _ in range(ATTEMPTS):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311
        if port not in _given and _is_free(port):
            _given.append(port)
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
