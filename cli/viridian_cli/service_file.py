"""Read a service file, the YAML that a person writes, with the product's own checks."""

from pathlib import Path
from typing import Any

import yaml

from viridian.core.errors import RegistrationInvalid
from viridian.core.service.settings import Settings


def read_service_file(path: Path) -> Settings:
    """The file's settings; raises RegistrationInvalid with the path of what is wrong."""
    try:
        data = _Loader(path.read_text()).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RegistrationInvalid(f"{path.name}: not YAML ({error}); write it again") from error
    return Settings.from_dict(data, path.name)


class _Loader(yaml.SafeLoader):
    """As YAML says: a key that is given twice is an error, not a silent second word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise yaml.constructor.ConstructorError(
                None, None, f"{twice[0]!r} is given twice", node.start_mark
            )
        return super().construct_mapping(node, deep)
