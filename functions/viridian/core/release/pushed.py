"""An image that was pushed under a tag: the tag is the version, the digest what runs."""

import json
from dataclasses import dataclass
from typing import Any

from viridian.core.event import text
from viridian.core.release.request import VERSION, Request
from viridian.core.schema import Limits
from viridian.core.service.settings import SERVICE_NAME

IMAGE = Limits(pattern=r"[!-~]{1,500}@sha256:[0-9a-f]{64}", hint="an image by its digest")


@dataclass(frozen=True)
class Pushed:
    """A release of nothing but an image."""

    service: str
    version: str
    image: str

    @classmethod
    def from_event(cls, event: Any) -> "Pushed":
        """Read the event as a service's rule hands it over; raises EventInvalid."""
        return cls(
            text(event, "service", SERVICE_NAME),
            text(event, "version", VERSION),
            text(event, "image", IMAGE),
        )

    @property
    def key(self) -> str:
        """Where its manifest lies in the artifact bucket."""
        return Request(self.service, self.version).manifest_key

    @property
    def manifest(self) -> bytes:
        """The same push always gives the same bytes."""
        told = {"service": self.service, "version": self.version, "image": self.image}
        return json.dumps(told, indent=2).encode()
