"""Takes answers to what a deployment asked: the first is kept, and ends its wait."""

from dataclasses import dataclass

from viridian.adapters.executions import Executions
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.hook import Reply
from viridian.core.lease import Lease
from viridian.core.record import answered


@dataclass(frozen=True)
class Answers:
    """The lease keeps an answer while the deployment may act on it, the record for good."""

    leases: Leases
    records: Records
    executions: Executions

    def take(self, reply: Reply) -> tuple[bool, Lease]:
        """Whether it is what is kept, and the lease: only the first answer is.

        The same again does all of it again: the first time may have ended half-way.
        """
        answer, holder = reply.answer, reply.deployment_id
        lease = self.leases.answer(
            reply.service, holder, reply.key, verdict=answer.verdict, said=answer.said
        )
        kept = lease.hooks.get(reply.key, {}) if lease.deployment_id == holder else {}
        is_kept = (kept.get("verdict"), kept.get("said")) == (answer.verdict, answer.said)
        if is_kept:
            self.record(reply)
            if lease.watch is not None:
                self.executions.succeed(lease.watch)
        return is_kept, lease

    def record(self, reply: Reply) -> None:
        """Keep it with what people did to the deployment."""
        self.records.add_control(
            answered(
                reply.service,
                reply.deployment_id,
                f"{reply.key}: {reply.answer.verdict}",
                reply.by,
                reply.answer.said,
                at=reply.at,
                request=reply.request,
            )
        )
