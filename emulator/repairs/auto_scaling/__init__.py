"""Application Auto Scaling, which ministack has not, as far as ECS services need it."""

from emulator.repairs import json_services
from emulator.repairs.auto_scaling import templates
from emulator.repairs.auto_scaling.api import ACTIONS
from emulator.repairs.auto_scaling.authorisation import SERVICE


def apply() -> None:
    json_services.serve(SERVICE, "AnyScaleFrontendService", ACTIONS)
    templates.apply()
