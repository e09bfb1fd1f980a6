"""Pydantic checks an Iterable's items only as they are taken."""

from typing import Any


def exhaust(value: Any) -> None:
    if isinstance(value, dict):
        for item in value.values():
            exhaust(item)
    elif not isinstance(value, (str, int, float, type(None))):
        for item in value:
            exhaust(item)
