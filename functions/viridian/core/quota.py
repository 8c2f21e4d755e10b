"""Room for the candidate's tasks within the account's quota of Fargate vCPUs.

Other quotas need no question: live runs as many tasks of as many targets under the same ones.
"""

from dataclasses import dataclass

from viridian.core.errors import PreflightFailed


@dataclass(frozen=True)
class Room:
    """vCPUs of Fargate on demand: the account's quota, and the least in use of late."""

    quota: float
    used: float

    def require(self, tasks: int, *, vcpu: float) -> None:
        """Raise PreflightFailed when so many more tasks certainly do not fit.

        What the candidate runs until then is in use as well, until the new tasks are healthy.
        """
        wanted = tasks * vcpu
        if self.used + wanted > self.quota:
            raise PreflightFailed(
                f"Fargate On-Demand vCPU resource count: wanted {wanted:g} for {tasks} tasks "
                f"beside {self.used:g} in use, found a quota of {self.quota:g}; have the quota "
                "raised (Service Quotas, AWS Fargate), or stop tasks of others, then deploy again"
            )
