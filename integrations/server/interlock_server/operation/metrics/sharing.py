"""One set of numbers out of several processes, whichever of them is asked.

Each writes its own down once a second, in a folder that the first process makes; whoever is asked adds them
up. What a process that has ended counted stays, so that counters never fall; what it gauged is gone.
"""

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from time import time_ns
from typing import Any, Final

from interlock_server.operation.metrics.instruments import Plain, Registry, added_up

_ENDED: Final = ".ended.json"


class SharedMetrics:
    """The numbers of a process and of those beside it; without a folder, of it alone."""

    def __init__(self, registry: Registry, folder: Path | None = None) -> None:
        self._registry, self._folder = registry, folder
        # A number that the system gives once more is another process's.
        self._own = None if folder is None else folder / f"{os.getpid()}-{time_ns()}.json"

    @property
    def shared(self) -> bool:
        """Whether there are others."""
        return self._folder is not None

    def write(self) -> None:
        """Let the others know."""
        if self._own is not None:
            _replace(self._own, self._registry.plain())

    def all(self) -> list[Plain]:
        """Everything, added up."""
        own = self._registry.plain()
        if self._folder is None:
            return own
        others = [each for each in sorted(self._folder.glob("*.json")) if each != self._own]
        return added_up([own, *map(_read, others)])


def bury(folder: Path, pid: int) -> None:
    """Say that a process has ended: what it counted stays."""
    for each in folder.glob(f"{pid}-*.json"):
        if not each.name.endswith(_ENDED):
            with contextlib.suppress(OSError):
                each.rename(each.with_suffix(_ENDED))


def _read(path: Path) -> list[Plain]:
    try:
        found: list[Plain] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    return [each for each in found if each["kind"] != "gauge"] if path.name.endswith(_ENDED) else found


def _replace(path: Path, instruments: Sequence[Any]) -> None:
    """At once, for others read it meanwhile."""
    beside = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        beside.write_text(json.dumps(instruments), "utf-8")
        beside.replace(path)
