"""Read a service file, the YAML that a person writes, with the product's own checks."""

from pathlib import Path

import yaml

from viridian.core.errors import RegistrationInvalid
from viridian.core.service.settings import Settings


def read_service_file(path: Path) -> Settings:
    """The file's settings; raises RegistrationInvalid with the path of what is wrong."""
    try:
        data = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RegistrationInvalid(f"{path.name}: not YAML ({error}); write it again") from error
    return Settings.from_dict(data, path.name)
