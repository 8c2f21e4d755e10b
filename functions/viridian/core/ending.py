"""The endings of a deployment: what each leaves behind, and who acts.

The machine has a Succeed or Fail state of each name; the README and the runbook have an entry.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ending:
    """One way for a deployment to end."""

    name: str
    production: str
    who_acts: str


ENDINGS = {
    ending.name: ending
    for ending in (
        Ending("DeploymentPromoted", "the release, seen to serve", "nobody"),
        Ending(
            "RequestRejected",
            "untouched",
            "the requester: the cause names the path of what is wrong",
        ),
        Ending(
            "DeploymentRefused",
            "untouched",
            "the requester: another deployment holds the lease",
        ),
        Ending(
            "PreflightFailed",
            "untouched",
            "an operator: the live side or its alarms do not allow one",
        ),
        Ending(
            "CandidateRejected",
            "untouched",
            "the release's author: it failed before any production request",
        ),
        Ending(
            "DeploymentReverted",
            "back on the live side, seen",
            "the release's author: the cause carries the breach",
        ),
        Ending(
            "RestoreHeld",
            "where it was",
            "an operator, now: the live side has no healthy target",
        ),
        Ending(
            "RestoreUnverified",
            "unknown",
            "an operator, now: the restore was not seen to hold",
        ),
        Ending(
            "LeaseLost",
            "the newer deployment's; untouched if there is none",
            "nobody; see the runbook",
        ),
    )
}
"""By name; the table in the README."""
