"""Read a service file, the YAML that a person writes, with the product's own checks."""

from pathlib import Path

import yaml

from viridian.core.service.settings import Settings


def read_service_file(path: Path) -> Settings:
    """The file's settings; raises RegistrationInvalid with the path of what is wrong."""
    return Settings.from_dict(yaml.safe_load(path.read_text()), path.name)
