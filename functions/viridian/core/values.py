"""Values that were validated once, at the door, and have travelled as JSON since then.

`dataclasses.asdict` writes them, `revive` reads them. Nothing is checked again: on the way back to
a side that serves, no rule of today may refuse what was admitted yesterday: what it had no word for
yet has its default.
"""

from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


def revive(kind: type[Value], data: Any) -> Value:
    """The value of that kind that `asdict` wrote: dataclasses, tuples and what may be None."""
    value: Value = _revived(kind, data)
    return value


def _revived(kind: Any, data: Any) -> Any:
    if isinstance(kind, type) and is_dataclass(kind):
        known = members(kind).items()
        return kind(**{name: _revived(hint, data[name]) for name, hint in known if name in data})
    if get_origin(kind) is tuple:
        return tuple(_revived(get_args(kind)[0], item) for item in data)
    if get_origin(kind) is UnionType and data is not None:
        return _revived(next(k for k in get_args(kind) if k is not NoneType), data)
    return data


@cache
def members(kind: Any) -> dict[str, Any]:
    """The members of a dataclass and their types."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
