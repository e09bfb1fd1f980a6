"""What others write code against says what they cannot see: every public name has a docstring.

A method that keeps a promise made elsewhere, of a base class, a protocol or a hook, is told there. The rules
of the conformance kit are told by their names.
"""

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from interlock import hookspecs

PLUGINS = ("openai", "anthropic", "google", "bedrock", "local", "sql", "redis", "drill", "privacy")
PUBLIC = [
    *("interlock", "interlock.errors", "interlock.protocols", "interlock.http", "interlock.testing"),
    *("interlock.logs", "interlock.commands", "interlock.records", "interlock.fold"),
    *(f"interlock_{name}" for name in PLUGINS),
    *("langchain_interlock", "llama_index.llms.interlock"),
]


def called(member: Any) -> Any:
    """The function behind a member of a class; None of what is no method and no property."""
    if isinstance(member, property):
        return member.fget
    inner = getattr(member, "__func__", member)
    return inner if inspect.isfunction(inner) else None


def promises() -> Iterator[frozenset[str]]:
    """The methods of each protocol, all of which are documented themselves."""
    for module in ("interlock.protocols", "interlock.http"):
        for kind in vars(importlib.import_module(module)).values():
            if getattr(kind, "_is_protocol", False):
                yield frozenset(
                    name
                    for each in kind.__mro__
                    for name, value in vars(each).items()
                    if not name.startswith("_") and inspect.isfunction(value)
                )


PROMISES = set(promises())


def told_elsewhere(kind: type, name: str) -> bool:
    above = any(inspect.getdoc(vars(each).get(name)) for each in kind.__mro__[1:])
    keeps = not getattr(kind, "_is_protocol", False)
    kept = any(name in methods and all(hasattr(kind, one) for one in methods) for methods in PROMISES)
    return above or (keeps and kept) or hasattr(hookspecs, name) or name.startswith("test_")


def untold(module: str) -> Iterator[str]:
    for name in importlib.import_module(module).__all__:
        public = getattr(importlib.import_module(module), name)
        if inspect.isclass(public):
            told = vars(public).get("__doc__") or ""
            if not told or told.startswith(f"{name}("):
                yield name
            for member, value in vars(public).items():
                function = None if member.startswith("_") else called(value)
                if function is not None and not (function.__doc__ or told_elsewhere(public, member)):
                    yield f"{name}.{member}"
        elif inspect.isfunction(public) and not (public.__doc__ or hasattr(hookspecs, name)):
            yield name


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_says_what_it_is(module):
    assert list(untold(module)) == []


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_room_lists_its_names(module):
    listed = importlib.import_module(module).__all__
    assert len(set(listed)) == len(listed) > 0
