"""Every error that ends or turns a deployment, by who acts on it.

    ViridianError
    ├── Refusal               the requester acts; nothing was touched
    │   ├── RequestInvalid        the execution input is wrong
    │   ├── ControlInvalid        what a person asks for cannot be read
    │   ├── EventInvalid          an event does not tell what it must
    │   ├── UploadStale           an upload is older than what is live
    │   ├── VersionTaken          a version was pushed that is another release
    │   ├── DeploymentFrozen      the service is not deployed at this time
    │   ├── ReleaseFailed         the same release was rejected or taken back before
    │   ├── ServiceUnknown        no registration under that name
    │   ├── RegistrationInvalid   the registration cannot be read
    │   ├── ManifestMissing       no release.json at its place
    │   ├── ManifestInvalid       release.json is not a manifest of this release
    │   ├── ManifestTooLarge      release.json is over its limit
    │   ├── ArtifactMissing       the manifest names a bundle or an image that is not there
    │   ├── ImageForbidden        the image is from a repository that the service does not allow
    │   ├── ImageUnfit            the image is for another platform than the task template
    │   ├── ChecksumMismatch      the bundle is not the one the manifest names
    │   ├── LeaseHeld             another deployment of this service is running
    │   ├── DeploymentSuperseded  a newer release came while it waited for its turn
    │   ├── StandbyClosing        the standby of the former deployment ends for this one
    │   ├── EverythingStopped     a person stopped all deployments
    │   ├── PreflightFailed       the live side is not in a state to deploy beside
    │   └── FleetMissing          what the registration names is not there to run anything
    ├── CandidateRejection    the release's author acts; no production request was shifted
    │   ├── CandidateNotReady     it did not become healthy in time, or only crashes
    │   └── SmokeTestFailed       it answered a check wrongly
    ├── Breach                the machine acts: traffic goes back to the live side
    │   ├── CandidateBreached     an alarm fired, or a person said so, and it is recorded
    │   ├── DeploymentAborted     a person aborted it, or rolled it back
    │   ├── PauseExpired          it stood paused for as long as it may
    │   ├── LeaseReleased         a person gave the lease back while it ran
    │   ├── CandidateFailing      the evidence says it is worse
    │   ├── CandidateUnproven     no evidence came in time; unknown is never healthy
    │   ├── SideUnhealthy         the side to receive traffic lacks healthy targets
    │   ├── SplitChanged          somebody else changed the split since the last move
    │   ├── SplitNotApplied       the rule read back is not the rule written
    │   └── WrongVersionServed    production does not answer with the release
    ├── HookFailed            the release's author acts, or whoever rejected it: it is not let pass
    ├── HookAwaited           nobody acts: it waits until its hooks and approvals have answered
    ├── TurnAwaited           nobody acts: it waits until the others before it are through
    ├── SecretUnusable        nobody acts here: the check that sends it is not answered
    ├── NotTold               nobody acts: what others are to be told is told again
    ├── NotKnown              nobody acts: a check that cannot be made here, which blocks nobody
    ├── DeploymentPaused      a person acts: it stays where it is until it may go on
    ├── FenceStale            nobody acts here: a newer deployment owns the traffic
    ├── SideBehind            nobody acts: it is looked at again, until it has the size needed
    ├── SideDraining          nobody acts: it is looked at again, until it may lose its capacity
    ├── SideServing           an operator acts: a side with traffic was about to lose capacity
    ├── RestoreHeld           an operator acts: the live side has no healthy target to go back to
    └── RestoreUnverified     an operator acts: the restore was not seen to hold

The class name is the error's name in the state machine; a test compares both sides.
"""

LONGEST_MESSAGE = 2_000
"""Characters. What is wrong may quote what was given, and Step Functions cuts a cause at 32 768:
JSON that is cut could not be read where the machine catches the error."""


class ViridianError(Exception):
    """Base of all."""

    def __init__(self, message: str) -> None:
        is_long = len(message) > LONGEST_MESSAGE
        super().__init__(f"{message[: LONGEST_MESSAGE - 3]}..." if is_long else message)


class Refusal(ViridianError):
    """The requester acts; nothing was touched."""


class RequestInvalid(Refusal):
    """The execution input is wrong."""


class EventInvalid(Refusal):
    """An event does not tell what it must."""


class UploadStale(Refusal):
    """An upload is older than what is live: its event came late."""


class VersionTaken(Refusal):
    """A version was pushed that is another release: its tag was moved."""


class DeploymentFrozen(Refusal):
    """The service is not deployed at this time."""


class ReleaseFailed(Refusal):
    """The same release was rejected or taken back before, and nobody lets it try again."""


class ControlInvalid(Refusal):
    """What a person asks for cannot be read."""


class ServiceUnknown(Refusal):
    """No registration under that name."""


class RegistrationInvalid(Refusal):
    """The registration or service file cannot be read."""


class ManifestMissing(Refusal):
    """No release.json at its place."""


class ManifestInvalid(Refusal):
    """release.json is not a manifest of this release."""


class ManifestTooLarge(Refusal):
    """release.json is over its limit."""


class ArtifactMissing(Refusal):
    """The manifest names a bundle or an image that is not there."""


class ImageForbidden(Refusal):
    """The image is from a repository that the service does not allow."""


class ImageUnfit(Refusal):
    """The image is for another platform than the task template."""


class ChecksumMismatch(Refusal):
    """The bundle is not the one the manifest names."""


class LeaseHeld(Refusal):
    """Another deployment of this service is running."""


class DeploymentSuperseded(Refusal):
    """A newer release came while it waited for its turn."""


class StandbyClosing(Refusal):
    """The standby of the former deployment ends in favour of this one; ask again."""


class EverythingStopped(Refusal):
    """A person stopped all deployments; none begins until it is ended."""


class PreflightFailed(Refusal):
    """The live side is not in a state to deploy beside."""


class FleetMissing(Refusal):
    """What the registration names is not there to run anything."""


class CandidateRejection(ViridianError):
    """The release's author acts; no production request was shifted."""


class CandidateNotReady(CandidateRejection):
    """It did not become healthy in time, or only crashes."""


class SmokeTestFailed(CandidateRejection):
    """It answered a check wrongly."""


class Breach(ViridianError):
    """The machine acts: traffic goes back to the live side."""


class CandidateBreached(Breach):
    """An alarm fired, or a person said so, and it is recorded on the lease."""


class DeploymentAborted(Breach):
    """A person aborted it while it deployed, or rolled it back."""


class PauseExpired(Breach):
    """It stood paused for as long as an execution may."""


class LeaseReleased(Breach):
    """The lease was given back while the deployment ran; nobody else has it."""


class CandidateFailing(Breach):
    """The evidence says the candidate is worse."""


class CandidateUnproven(Breach):
    """No evidence came in time; unknown is never healthy."""


class SideUnhealthy(Breach):
    """The side to receive traffic lacks healthy targets."""


class SplitChanged(Breach):
    """Somebody else changed the split since the last move."""


class SplitNotApplied(Breach):
    """The rule read back is not the rule written."""


class WrongVersionServed(Breach):
    """Production does not answer with the release."""


class DeploymentPaused(ViridianError):
    """It stays where it is, watched, until a person lets it go on."""


class HookFailed(ViridianError):
    """A hook, or the people that were asked, did not let it pass; or nobody answered in time."""


class HookAwaited(ViridianError):
    """It stays where it is, watched, until its hooks and approvals have answered."""


class TurnAwaited(ViridianError):
    """Nobody acts: it waits until the others before it are through."""


class SecretUnusable(ViridianError):
    """A secret that a check sends cannot be read or sent: the check is not answered."""


class NotTold(ViridianError):
    """The bus did not take an event: it is sent again."""


class NotKnown(ViridianError):
    """A check cannot be made here; the log says why, and nothing waits for it."""


class FenceStale(ViridianError):
    """A newer deployment owns the traffic; this one must not touch it."""


class SideBehind(ViridianError):
    """A side has not yet the size that the next share of the traffic, or the way back, needs."""


class SideDraining(ViridianError):
    """A side with weight 0 may not lose its capacity yet, or has not lost all of it."""


class SideServing(ViridianError):
    """A side with traffic was about to lose capacity."""


class RestoreHeld(ViridianError):
    """The live side has no healthy target to go back to."""


class RestoreUnverified(ViridianError):
    """The restore was not seen to hold."""
