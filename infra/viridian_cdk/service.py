"""One service under blue/green deployment: its routes, fleets, alarms, events and registration.

The rule's weights, the fleets' counts, what they run and how they are checked belong to Viridian:
the stack has them made once (`owned.py`), and no edit of the template writes them again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aws_cdk import Annotations, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from viridian.core.scaling import Scaling
from viridian.core.service.registration import parameter_name
from viridian.core.service.settings import Settings
from viridian_cdk.alarms import ColourAlarms, elb_5xx_alarm
from viridian_cdk.automation import Automation
from viridian_cdk.bundles import allow_bundles
from viridian_cdk.dead_letters import DeadLetters
from viridian_cdk.fleets.ecs import EcsFleet, EcsTasks, adopt
from viridian_cdk.hooks import Target, hook_targets
from viridian_cdk.routes import COLOURS, Entrance, Routes
from viridian_cdk.scaling import SideScaling
from viridian_cdk.service_dashboard import add_service_dashboard
from viridian_cdk.service_events import ImagePushes, ServiceEvents

ALB_METRIC_SECONDS = 60


class BlueGreenService(Construct):
    """Blue takes all the traffic at first; green rests.

    The counts and the version are those of the creation: the first tasks run the task template
    under it. `images` are deployed as they are pushed. `hooks` are what the hooks of the service
    file call, by their names. A `dashboard` costs 3 USD a month from the account's fourth on.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        automation: Automation,
        settings: Settings,
        entrance: Entrance,
        tasks: EcsTasks,
        first_version: str = "1.0.0",
        initial_live_count: int = 2,
        initial_idle_count: int = 1,
        images: ImagePushes | None = None,
        hooks: Mapping[str, Target] | None = None,
        dashboard: bool = True,
    ) -> None:
        super().__init__(scope, id)
        self._settings = settings
        self._hooks = hook_targets(settings, hooks or {})
        self._entrance = entrance
        self._tasks, self._owner = tasks, automation.owner
        self._first_version = first_version
        self.routes = Routes(
            self,
            "Routes",
            owner=automation.owner,
            entrance=entrance,
            settings=settings,
            vpc=tasks.cluster.vpc,
            port=tasks.port,
        )
        adopt(tasks)
        allow_bundles(tasks.task_definition, settings.service, automation.storage.artifact_bucket)
        counts = {"blue": initial_live_count, "green": initial_idle_count}
        self.fleets = {c: self._fleet(c, tasks, counts[c]) for c in COLOURS}
        if settings.scaling is not None:
            for colour in COLOURS:
                self._scale(colour, settings.scaling, initial_idle_count)
        self._alarms = {c: self._colour_alarms(c) for c in COLOURS}
        elb_5xx = elb_5xx_alarm(
            self, load_balancer=entrance.load_balancer, settings=settings.alarms
        )
        self._shared_alarms = [elb_5xx.alarm_name, *settings.alarms.extra]
        self._add_events(automation, images)
        self._warn_of_dataless_alarms()
        if dashboard:
            self._add_dashboard(elb_5xx)
        self.registration = self._register()

    def _fleet(self, colour: str, tasks: EcsTasks, count: int) -> EcsFleet:
        fleet = EcsFleet(
            self,
            f"{colour.capitalize()}Fleet",
            owner=self._owner,
            service=self._settings.service,
            colour=colour,
            first_version=self._first_version,
            tasks=tasks,
            target_group=self.routes.target_groups[colour],
            load_balancer=self._entrance.load_balancer,
            initial_count=count,
        )
        # ECS takes no target group that no listener names
        fleet.node.add_dependency(self.routes.production_rule)
        return fleet

    def _scale(self, colour: str, scaling: Scaling, idle_count: int) -> None:
        SideScaling(
            self,
            f"{colour.capitalize()}Scaling",
            owner=self._owner,
            scaling=scaling,
            fleet=self.fleets[colour].service,
            load_balancer=self._entrance.load_balancer,
            target_group=self.routes.target_groups[colour],
            rests=None if colour == "blue" else idle_count,
        )

    def _colour_alarms(self, colour: str) -> ColourAlarms:
        return ColourAlarms(
            self,
            f"{colour.capitalize()}Alarms",
            load_balancer=self._entrance.load_balancer,
            target_group=self.routes.target_groups[colour].full_name,
            settings=self._settings.alarms,
        )

    def _add_dashboard(self, elb_5xx: cloudwatch.Alarm) -> None:
        extra = (
            cloudwatch.Alarm.from_alarm_name(self, f"Extra{index}", name)
            for index, name in enumerate(self._settings.alarms.extra)
        )
        add_service_dashboard(
            self,
            service=self._settings.service,
            sides=self._alarms,
            shared=[elb_5xx, *extra],
        )

    def _add_events(self, automation: Automation, images: ImagePushes | None) -> None:
        colours = [name for alarms in self._alarms.values() for name in alarms.names]
        ServiceEvents(
            self,
            "Events",
            service=self._settings.service,
            functions=automation.events,
            dead_letters=DeadLetters(self, "DeadLetters", operators=automation.operators.topic),
            alarm_names=[*colours, *self._shared_alarms],
            ecs_service_arns=[fleet.service.arn for fleet in self.fleets.values()],
            rule_arn=self.routes.production_rule.arn,
            own_roles=automation.movers,
            images=images,
        )

    def _warn_of_dataless_alarms(self) -> None:
        period = self._settings.alarms.period_seconds
        if period < ALB_METRIC_SECONDS:
            Annotations.of(self).add_warning_v2(
                "viridian:alarmPeriod",
                f"alarms.period_seconds: {period} suits the rehearsal alone; on AWS a load "
                f"balancer's metrics come every {ALB_METRIC_SECONDS} s, so its alarms would have "
                "no data and every deployment would be reverted",
            )

    def _register(self) -> ssm.StringParameter:
        settings, stack = self._settings, Stack.of(self)
        members = {
            "service": settings.service,
            "rule_arn": self.routes.production_rule.arn,
            "production_url": self._entrance.production_url,
            "test_url": self._entrance.test_url,
            "connect_to": self._entrance.connect_to,
            "template": self._tasks.task_definition.task_definition_arn,
            "load_balancer": self._entrance.load_balancer.load_balancer_full_name,
            **{colour: self._side(colour) for colour in COLOURS},
            "shared_alarms": self._shared_alarms,
            "hooks": self._hooks,
        }
        written = {name: stack.to_json_string(value) for name, value in members.items()}
        # not by jsii, which loses what is null: a check may want just that
        written["settings"] = json.dumps(
            asdict(settings), ensure_ascii=False, separators=(",", ":")
        )
        text = ",".join(f'"{name}":{value}' for name, value in written.items())
        return ssm.StringParameter(
            self,
            "Registration",
            description=f"How Viridian deploys {settings.service}",
            parameter_name=parameter_name(settings.service),
            string_value=f"{{{text}}}",
            tier=ssm.ParameterTier.INTELLIGENT_TIERING,  # long service files pass 4 KiB
        )

    def _side(self, colour: str) -> dict[str, Any]:
        group = self.routes.target_groups[colour]
        return {
            "colour": colour,
            "target_group_arn": group.arn,
            "target_group": group.full_name,
            "alarms": self._alarms[colour].names,
            "fleet": self.fleets[colour].registration(),
        }
