"""How long the emulator lives: until its parent closes its standard input, or a signal."""

import ctypes
import os
import select
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1


class Ending:
    """Made before anything is started, so that a signal during the start is not lost."""

    def __init__(self) -> None:
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        signal.set_wakeup_fd(self._waker.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)

    def wait(self) -> None:
        """Return on the end of standard input, SIGTERM or SIGINT; what is typed is ignored."""
        standard_input = sys.stdin.fileno()
        while True:
            ready, _, _ = select.select([standard_input, self._woken], [], [])
            if self._woken in ready or not os.read(standard_input, 4096):
                return


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent's thread ends (a `preexec_fn`)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
