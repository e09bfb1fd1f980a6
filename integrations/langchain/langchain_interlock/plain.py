"""Values as plain data: for keys of caches, and for messages that must survive JSON."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from interlock import Constraints


def constraints_as_mapping(value: object) -> object:
    """Constraints as a mapping without what they leave open; anything else as it is."""
    if not isinstance(value, Constraints):
        return value
    given = {field.name: getattr(value, field.name) for field in fields(value)}
    return {key: sorted(item) if isinstance(item, frozenset) else item for key, item in given.items() if item}


def cache_key(params: Mapping[str, Any]) -> str:
    """One text for equal parameters, in every process."""
    return json.dumps(_plain(params), sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(item) for item in value)
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return repr(value)
