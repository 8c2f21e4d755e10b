"""A release's image, where it can be seen before anything is written: in ECR of the account and
Region that the service runs in. Of another nobody here may ask: its tasks tell (CandidateNotReady).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from viridian.core.errors import ArtifactMissing, ImageForbidden, ImageUnfit, NotKnown

NAME = re.compile(r"(?P<repository>[^@]+?)(:[^/@]+)?(@.+)?")
IN_ECR = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[^:@]+)(:[^@]+)?@(?P<digest>sha256:[0-9a-f]{64})"
)


@dataclass(frozen=True)
class EcrImage:
    """An image of the registry that is the service's own."""

    repository: str
    digest: str

    @classmethod
    def of(cls, name: str, *, beside: str) -> "EcrImage":
        """The image of that name; raises NotKnown unless it is where the ARN `beside` it is."""
        _, _, _, region, account, *_ = beside.split(":")
        found = IN_ECR.fullmatch(name)
        if found is None or (found["region"], found["account"]) != (region, account):
            raise NotKnown(f"{name} is not in ECR of {account} in {region}")
        return cls(found["repository"], found["digest"])

    def require_fit(self, platforms: tuple[str, ...] | None, wanted: str) -> None:
        """Raise ArtifactMissing where it is not there (None), ImageUnfit where it is for others.

        Platforms as images spell them, `linux/amd64`; none where its manifest does not tell.
        """
        if platforms is None:
            raise ArtifactMissing(
                f"image: {self.digest} not found in the repository {self.repository}; push the "
                "image, or correct its digest in the manifest"
            )
        if not platforms:
            raise NotKnown(f"the manifest of {self.digest} does not tell its platform")
        if wanted not in platforms:
            raise ImageUnfit(
                f"image: wanted {wanted} as the task template has it, found {', '.join(platforms)} "
                f"in {self.repository}@{self.digest}; build it for that platform "
                f"(docker build --platform {wanted}), or change the template's"
            )


def require_allowed(name: str, repositories: Sequence[str]) -> None:
    """Raise ImageForbidden unless the image is of one of these repositories, if there are any."""
    found = NAME.fullmatch(name)
    repository = found["repository"] if found else name
    if repositories and not any(fnmatchcase(repository, allowed) for allowed in repositories):
        raise ImageForbidden(
            f"image: {repository} is not among the service's image_repositories "
            f"({', '.join(repositories)}); push the image to one of them"
        )
