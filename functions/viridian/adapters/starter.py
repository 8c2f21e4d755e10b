"""Starts deployments, each release once: what starts one names it by the release and its origin."""

from dataclasses import dataclass
from typing import Any

from viridian.adapters.artifacts import Artifacts
from viridian.adapters.executions import Executions
from viridian.adapters.records import Records
from viridian.core.errors import ManifestMissing, ReleaseFailed
from viridian.core.execution import Execution, name_end
from viridian.core.record import FAILED
from viridian.core.release.request import Request
from viridian.core.release.upload import Upload


@dataclass(frozen=True)
class Starter:
    """The deployment machine, and what tells whether a release was deployed before."""

    executions: Executions
    artifacts: Artifacts
    records: Records
    state_machine_arn: str

    def begin(self, asked: Any, origin: str, *, is_automatic: bool) -> str:
        """Start the deployment that is asked for, or join the one of the same release; its name.

        The plain request for a release is what its upload makes, so both are one deployment,
        whichever comes first. One that is over, and not live, is begun anew: it is asked for again.
        That one, and whatever asks for more, has a name of the origin's own, so an origin that
        comes twice begins nothing twice. Raises a Refusal when there is nothing to start:
        ReleaseFailed where it failed, and no person asks, nor the request itself says `again`.
        """
        read = Request.from_dict(asked)
        request = dict(asked)
        own = "-".join(filter(None, (read.service, read.version, name_end(origin))))
        name = own
        if read.version is not None:
            pin = read.manifest_version_id or self.artifacts.newest(read.manifest_key)
            if pin is None:
                place = f"s3://{self.artifacts.name}/{read.manifest_key}"
                raise ManifestMissing(f"{place}: not found")
            upload = Upload.of(self.artifacts.name, read.manifest_key, pin)
            request["manifest_version_id"] = pin
            name = upload.deployment_id if request == upload.request else own
        if self.executions.start(self.state_machine_arn, name, request):
            return name
        found, live = self.described(name), self.records.production(read.service)
        is_live = live is not None and live.deployment_id == name
        if name == own or found is None or not found.is_over or is_live:
            return name
        if found.error in FAILED and is_automatic and not read.again:
            raise ReleaseFailed(f'{found}; mend it, or ask for it again with "again": true')
        self.executions.start(self.state_machine_arn, own, request)
        return own

    def described(self, name: str) -> Execution | None:
        """The deployment of that name; None when there is none, or none shows yet."""
        return self.executions.described(self.state_machine_arn, name)
