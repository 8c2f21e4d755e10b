"""What is seen of a rehearsal that goes on: the deployment that runs, or else what is live."""

from dataclasses import dataclass, replace

from rehearsal.crash_report import CrashReport
from rehearsal.session import Rehearsal
from rehearsal.traffic import Answers, Traffic
from rehearsal.traffic.answers import failures
from viridian.adapters.leases import Leases
from viridian.adapters.records import Records
from viridian.core.document import parsed
from viridian.core.lease import Lease
from viridian_cli.deployment import Deployment, explanations, in_words
from viridian_cli.progress import Moment, Progress, VersionTraffic

RATE_WINDOW_SECONDS = 1.0
CALM = "Waits for a release"


@dataclass
class LiveView:
    """`first_version` is what is live until something is promoted."""

    rehearsal: Rehearsal
    traffic: Traffic
    progress: Progress
    first_version: str

    def __post_init__(self) -> None:
        outputs = self.rehearsal.outputs
        self._service = outputs.service
        dynamodb = self.rehearsal.client("dynamodb")
        self._leases, self._records = (
            Leases(dynamodb, outputs.table),
            Records(dynamodb, outputs.table),
        )
        states = self.rehearsal.client("stepfunctions")
        self._explanations = explanations(states, outputs.state_machine_arn)
        self._seen: Deployment | None = None
        self._told = self._crashes()

    def look(self) -> None:
        """Show how things are now, and tell once how a deployment has ended."""
        lease = self._leases.get(self._service)
        deploys = lease.deployment_id is not None and lease.phase == "deploying"
        if self._seen is not None and not (deploys and lease.deployment_id == self._seen.id):
            self._conclude(self._seen)
        answers = self.traffic.answers()
        moment = replace(
            self._deploying(lease) if deploys else self._calm(lease),
            traffic=by_version(answers),
            requests=answers.requests,
            failed=answers.failed,
        )
        self.progress.show(moment)

    def _calm(self, lease: Lease) -> Moment:
        live = self._live()
        return Moment(
            release=f"{self._service} {live}",
            state=in_words(lease.phase.capitalize()) if lease.phase else CALM,
            explanation="viridian release push DIR" if lease.phase is None else "",
            live_version=live,
            candidate_version="",
            candidate_percent=0,
        )

    def _deploying(self, lease: Lease) -> Moment:
        id = str(lease.deployment_id)
        record = parsed(self._records.whole(self._service, id))
        if self._seen is None:
            self._seen, self._told = self.rehearsal.deployment(id), self._crashes()
        if "sides" in record:
            self._seen.candidate = record["sides"]["candidate"]["colour"]
        sight, version = self._seen.look(), record.get("version", "candidate")
        self._told.look(sight.at)
        return Moment(
            release=f"{self._service} {version}",
            state=in_words(sight.state),
            explanation=self._explanations.get(sight.state, ""),
            live_version=self._live(),
            candidate_version=version,
            candidate_percent=sight.candidate_percent,
            firing=sight.firing,
            notes=(f"going back: {lease.breach}",) if lease.breach else (),
        )

    def _conclude(self, deployment: Deployment) -> None:
        record = self._records.whole(self._service, deployment.id)
        ending, cause = record.get("ending", "has ended"), record.get("cause")
        self.progress.say(f"{deployment.id}  {ending}" + (f": {cause}" if cause else ""))
        self._told.conclude()
        self.progress.say(f"viridian report {deployment.id}")
        self._seen = None

    def _live(self) -> str:
        found = self._records.production(self._service)
        return found.version if found else self.first_version

    def _crashes(self) -> CrashReport:
        return CrashReport(self.rehearsal.services, self.progress.say)


def by_version(answers: Answers) -> tuple[VersionTraffic, ...]:
    """What clients got from each version lately."""
    latest = answers.latest(RATE_WINDOW_SECONDS)
    return tuple(
        VersionTraffic(
            version,
            per_second=counts.total() / RATE_WINDOW_SECONDS,
            failed_percent=100 * failures(counts) / counts.total(),
        )
        for version, counts in sorted(latest.by_version.items())
    )
