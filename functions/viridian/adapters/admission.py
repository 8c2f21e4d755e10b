"""What AdmitRequest reads: the release that is asked for, and what speaks against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from viridian.adapters.images import Images
from viridian.adapters.records import Records
from viridian.core.deployment import Deployment, live_release
from viridian.core.errors import ReleaseFailed
from viridian.core.fleet import Fleets
from viridian.core.preflight import Check
from viridian.core.release.image import EcrImage, require_allowed
from viridian.core.release.release import ArtifactBucket, Release
from viridian.core.release.request import Request
from viridian.core.service.registration import Registration


@dataclass(frozen=True)
class Admission:
    """Reads only: what is admitted is written by the handler."""

    artifacts: ArtifactBucket
    records: Records
    images: Images
    fleets: Mapping[str, Fleets]

    def deployment(
        self, deployment_id: str, request: Request, registration: Registration, *, at: str
    ) -> Deployment:
        """What the request comes to, its release proven; raises UploadStale, RequestInvalid,
        RegistrationInvalid, or what is wrong with the release.
        """
        live = self.records.production(request.service)
        if live is not None:
            live.require_older_than(request)
        version = request.version or (live.version if live else "")
        ran = self.records.ran(request.service, version)
        is_named = request.version is not None
        release = Release.requested(request, self.artifacts) if is_named else live_release(ran)
        return Deployment.admitted(deployment_id, request, registration, release, ran=ran, at=at)

    def checks(self, deployment: Deployment, request: Request) -> Iterator[Check]:
        """Whether this release may be tried, and its image is there to be run."""
        if request.uploaded_at is not None and not request.again:
            yield Check("failed before", partial(self.require_untried, deployment))
        if (image := deployment.release.image) is not None:
            allowed = deployment.registration.settings.image_repositories
            yield Check("image's repository", partial(require_allowed, image, allowed))
            yield Check("image", partial(self.require_image, deployment, image), is_optional=True)

    def require_untried(self, deployment: Deployment) -> None:
        """Raise ReleaseFailed where the same release failed before: an upload is no reason to try
        it again, at night, with nobody near.
        """
        for failure in self.records.failures(deployment.service, deployment.version):
            if failure.release.is_same(deployment.release):
                raise ReleaseFailed(
                    f"input.version: {deployment.version} is the release that "
                    f"{failure.deployment_id} ended with as {failure.ending}; mend it, or ask for "
                    'it again with "again": true'
                )

    def require_image(self, deployment: Deployment, name: str) -> None:
        """Raise unless the image is there, for the platform of the tasks.

        NotKnown where that cannot be seen from here.
        """
        registration = deployment.registration
        image = EcrImage.of(name, beside=registration.rule_arn)
        platforms = self.images.platforms(image)
        wanted = self.fleets[registration.blue.fleet.kind].platform(deployment.blueprint)
        image.require_fit(platforms, wanted)
