"""JSON out of what a caller gave us."""

import json
from collections.abc import Mapping
from typing import Any

from interlock.errors import InvalidRequest


def to_json(value: Any) -> str:
    """Compact JSON. Raises InvalidRequest for what JSON cannot hold."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"the request holds what JSON cannot: {error}") from None


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
