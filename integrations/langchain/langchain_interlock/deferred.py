"""Modules that load when something of theirs is first asked for."""

from importlib import import_module
from typing import Any


class Deferred:
    """Stands for a module of this package until then.

    What needs Interlock itself stands behind these: its import costs more than the rest of this package, and
    is of no use before the first model is made.
    """

    def __init__(self, name: str) -> None:
        self._name = f"{__package__}.{name}"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what looks at every object, such as inspect, loads nothing
            raise AttributeError(name)
        value = getattr(import_module(self._name), name)
        setattr(self, name, value)  # from here on it costs what any attribute costs
        return value
