"""Why the emulator does not serve, or serves no longer."""


class CannotBeTrusted(RuntimeError):
    """What it would show is not what AWS does. The message says what to do or what failed."""


class WrongVersion(CannotBeTrusted):
    """Install the pinned version, or read the repairs against the new one and move the pin."""


class SelfCheckFailed(CannotBeTrusted):
    """The named behaviour is not the one of AWS: a repair has no effect any more."""


class PortTaken(RuntimeError):
    """The endpoint's port is another program's."""


class EnvoyEnded(CannotBeTrusted):
    """The load balancer is gone until the next start. The message says why and what to do."""
