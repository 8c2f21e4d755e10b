"""ECS's records, as the plan of what to do next sees them."""

from emulator.fleet.plan import Desired, Health, Phase, Task
from emulator.repairs.ecs.records import ServiceRecord, TaskRecord

PHASES = {
    "PROVISIONING": Phase.PENDING,
    "PENDING": Phase.PENDING,
    "ACTIVATING": Phase.PENDING,
    "RUNNING": Phase.RUNNING,
    "DEACTIVATING": Phase.STOPPING,
    "STOPPED": Phase.STOPPED,
}


def as_task(task: TaskRecord, health: Health) -> Task:
    return Task(
        task.arn,
        task.deployment,
        PHASES[task.status],
        health,
        task.record.get("_started_at", 0.0),
        task.record.get("_failed_at"),
    )


def desired(service: ServiceRecord) -> Desired:
    """What the service is asked to be."""
    configuration = service.record["deploymentConfiguration"]
    return Desired(
        service.primary["id"],
        int(service.record["desiredCount"]),
        int(configuration.get("minimumHealthyPercent", 100)),
        int(configuration.get("maximumPercent", 200)),
        float(service.record.get("healthCheckGracePeriodSeconds") or 0),
    )
