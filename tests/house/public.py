"""What others write code against: the public rooms, what stands in them, and what is said of each."""

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# Presidio weighs 300 MB, and is not installed where these tests run.
PLUGINS = sorted({path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")} - {"presidio"})
ROOMS = (
    *("interlock", "interlock.errors", "interlock.protocols", "interlock.http", "interlock.testing"),
    *("interlock.logs", "interlock.commands", "interlock.records", "interlock.fold"),
    "interlock.documents",
    "interlock.fencing",
    "interlock.tools",
    *(f"interlock_{name}" for name in PLUGINS),
    *("interlock_sql.building", "interlock_agents.plans", "interlock_tools.schemas"),
    *("interlock_agents.engines.building", "interlock_agents.engines.conformance"),
    *("langchain_interlock", "llama_index.llms.interlock"),
)


@dataclass(frozen=True)
class Public:
    """A class or a function that a public room lists, or a method of such a class, its `owner`."""

    name: str
    value: Any
    owner: type | None = None

    def __str__(self) -> str:
        # An error's module is the room that lists it; its methods know the file.
        written = [each for each in vars(self.value).values() if inspect.isfunction(each)]
        files = [Path(inspect.getfile(each)) for each in (*written, self.value)]
        return f"{next(file for file in files if file.is_relative_to(ROOT)).relative_to(ROOT)}: {self.name}"

    @property
    def told(self) -> str:
        return docstring(self.value)

    @property
    def told_above(self) -> list[str]:
        """What is said where a promise was made that it keeps: by a base class or a protocol."""
        if self.owner is None:
            return [docstring(kind) for kind in above(self.value) if is_ours(kind)]
        method = self.value.__name__
        return [docstring(called(vars(kind)[method])) for kind in above(self.owner) if method in vars(kind)]

    @property
    def told_around(self) -> list[str]:
        """What is said of the class whose method it is."""
        return [] if self.owner is None else [docstring(self.owner), *Public("", self.owner).told_above]


def public(room: str) -> Iterator[Public]:
    """All of a room, in the order of its list; with what its classes have of bases that no list names."""
    names = importlib.import_module(room).__all__
    for name in names:
        value = getattr(importlib.import_module(room), name)
        if inspect.isclass(value) or inspect.isfunction(value):
            yield Public(name, value)
        for kind in getattr(value, "__mro__", ()):
            written = [] if kind is not value and kind.__name__ in names else list(vars(kind).items())
            for member, each in written:
                function = called(each)
                if function is not None and is_ours(function) and not member.startswith("_"):
                    yield Public(f"{name}.{member}", function, kind)


def docstring(value: Any) -> str:
    """Its own one, without what a dataclass writes by itself."""
    said = vars(value).get("__doc__") if inspect.isclass(value) else getattr(value, "__doc__", None)
    return "" if not said or said.startswith(f"{value.__name__}(") else inspect.cleandoc(said)


def called(member: Any) -> Any:
    """The function behind a member of a class; None of what is no method and no property."""
    if isinstance(member, property):
        return member.fget
    inner = getattr(member, "__func__", member)
    return inner if inspect.isfunction(inner) else None


def is_ours(value: Any) -> bool:
    return "interlock" in str(value.__module__)


@cache
def protocols() -> dict[type, frozenset[str]]:
    """Each protocol to the names of its methods."""
    rooms = [vars(importlib.import_module(room)) for room in ("interlock.protocols", "interlock.http")]
    return {
        kind: frozenset(
            name
            for each in kind.__mro__
            for name, value in vars(each).items()
            if not name.startswith("_") and inspect.isfunction(value)
        )
        for room in rooms
        for kind in room.values()
        if getattr(kind, "_is_protocol", False)
    }


def above(kind: Any) -> list[type]:
    """What a class derives from, and the protocols that it keeps with what those derive from."""
    if not inspect.isclass(kind):
        return []
    kept = [each for each, methods in protocols().items() if all(hasattr(kind, name) for name in methods)]
    promised = (
        [] if kind in protocols() else [up for each in kept if protocols()[each] for up in each.__mro__]
    )
    return [*kind.__mro__[1:], *promised]
