"""Modules that load when something of theirs is first asked for."""

from importlib import import_module
from typing import Any


def deferred(*names: str) -> "list[_Deferred]":
    """Modules of this package. What needs Interlock itself stands behind these: its import takes some ten
    times as long as the rest of the package's, and is of no use before the first model is made.
    """
    return [_Deferred(name) for name in names]


class _Deferred:
    """Stands for a module until then."""

    def __init__(self, name: str) -> None:
        self._name = f"{__package__}.{name}"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what looks at every object, such as inspect, loads nothing
            raise AttributeError(name)
        value = getattr(import_module(self._name), name)
        setattr(self, name, value)  # from here on it costs what any attribute costs
        return value
