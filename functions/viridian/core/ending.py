"""The endings of a deployment: where each leaves production, and who acts.

By the names of the machine's last states; the runbook's table is made from here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ending:
    """One way for a deployment to end."""

    production: str
    who_acts: str

    def __str__(self) -> str:
        return f"Production: {self.production}. Who acts: {self.who_acts}."


ENDINGS = {
    "DeploymentPromoted": Ending("the release, seen to serve", "nobody"),
    "RequestRejected": Ending(
        "untouched", "the requester: the cause names the path of what is wrong"
    ),
    "DeploymentRefused": Ending("untouched", "the requester: another deployment holds the lease"),
    "PreflightFailed": Ending(
        "untouched", "an operator: the live side or its alarms do not allow one"
    ),
    "CandidateRejected": Ending(
        "untouched", "the release's author: it failed before any production request"
    ),
    "DeploymentReverted": Ending(
        "back on the live side, seen", "the release's author: the cause carries the breach"
    ),
    "StandbyRetired": Ending("the release; its former live was let go", "nobody"),
    "StandbyRestored": Ending(
        "back on the former live, seen", "an operator: a release was taken back after its promotion"
    ),
    "DeploymentStopped": Ending(
        "on the live side, seen, or never moved from it",
        "whoever stopped it: the guardian made the traffic whole",
    ),
    "RestoreHeld": Ending(
        "where it was", "an operator, now: the live side cannot carry the traffic"
    ),
    "RestoreUnverified": Ending("unknown", "an operator, now: the restore was not seen to hold"),
    "LeaseLost": Ending(
        "the newer deployment's; untouched if there is none", "nobody; see the runbook"
    ),
}
