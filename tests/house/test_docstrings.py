"""What others write code against says what they cannot see: what it is, raises and counts.

A method that keeps a promise made elsewhere, of a base class, a protocol or a hook, may be told there.
"""

import ast
import builtins
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import InitVar
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from public import ROOMS, Public, called, is_ours, public

from interlock import hookspecs
from interlock.errors import InterlockError

UNIT = re.compile(
    r"(milli)?seconds|tokens|characters|bytes|us dollars|0 to 1|percent|requests|how (many|often)",
    re.IGNORECASE,
)
FOR_ALL = ("Seconds", "Tokens", "US dollars")
SAYS_ITS_OWN = re.compile(r"(.+_)?(tokens|requests|seconds|days|retries|line|attempt|usd)")
# Codes, places in a list, weights, and settings of which only their vendor knows what they mean.
COUNTS_NOTHING = {
    *("api", "status", "id", "installation_id", "parent", "index", "verbose", "weight"),
    *("port", "redirect_port"),
    *("seed", "temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "logprobs"),
}


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_room_lists_its_names(room):
    listed = importlib.import_module(room).__all__
    assert len(set(listed)) == len(listed) > 0


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_says_what_it_is(room):
    untold = [
        f"{each} has no docstring"
        for each in public(room)
        if not (each.told or (each.owner and any(each.told_above)))
        and not hasattr(hookspecs, each.value.__name__)
    ]
    assert not untold, "\n".join(untold)


@pytest.mark.parametrize("room", ROOMS)
def test_every_error_that_is_raised_is_named_in_the_docstring(room):
    unnamed = [
        f"{each} raises {kind.__name__}: say when, below `Raises:` or in a sentence that names the class"
        for each in public(room)
        for kind in sorted(raised_by(each), key=str)
        if not re.search(rf"\b({names_of(kind)})\b", "\n".join(docstrings(each)))
    ]
    assert not unnamed, "\n".join(unnamed)


@pytest.mark.parametrize("room", [*ROOMS, "interlock.config"])
def test_every_number_has_its_unit_in_the_docstring(room):
    without = [
        f"{each}: of what is `{name}` a number? Say it where you name it: seconds, tokens, characters, bytes,"
        " US dollars, 0 to 1, percent, requests, how many …"
        for each in public(room)
        for name in numbers_of(each)
        if not (SAYS_ITS_OWN.fullmatch(name) or name in COUNTS_NOTHING)
        and not any(gives_unit(told, name) for told in docstrings(each))
    ]
    assert not without, "\n".join(without)


def docstrings(each: Public) -> list[str]:
    """All that is said of it, by a model's fields too."""
    fields = vars(each.value).get("__pydantic_fields__") or {}
    described = [f"`{name}`: {field.description}" for name, field in fields.items() if field.description]
    return [each.told, *each.told_above, *each.told_around, *described]


def names_of(kind: type[Exception]) -> str:
    """What names an error: its class, or one that it derives from, the root of all excepted."""
    above = [up for up in kind.__mro__ if issubclass(up, InterlockError) and up is not InterlockError]
    return "|".join(up.__name__ for up in above or [kind])


def raised_by(each: Public) -> set[type[Exception]]:
    """Errors that it raises by name; of a class, making one does."""
    if not inspect.isclass(each.value):
        return set(raised_in(each.value, each.owner, set()))
    made = (called(vars(each.value).get(name)) for name in ("__init__", "__post_init__", "__call__"))
    return {
        kind
        for function in made
        if function and is_ours(function)
        for kind in raised_in(function, each.value, set())
    }


def raised_in(function: Any, owner: type | None, seen: set[Any]) -> Iterator[type[Exception]]:
    """In its body and in the private functions and methods that it calls, but not in what it defines."""
    seen.add(function)
    for node in within(function):
        if isinstance(node, ast.Raise) and node.exc is not None:
            first = next((part.id for part in ast.walk(node.exc) if isinstance(part, ast.Name)), "")
            kind = function.__globals__.get(first, vars(builtins).get(first))
            if inspect.isclass(kind) and issubclass(kind, (InterlockError, ValueError, TypeError)):
                yield kind
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name):
                    next_one = function.__globals__.get(name)
                case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if owner:
                    next_one = called(inspect.getattr_static(owner, name, None))
                case _:
                    continue
            if inspect.isfunction(next_one) and re.match("_[^_]", name) and next_one not in seen:
                yield from raised_in(next_one, owner, seen)


def within(function: Any) -> Iterator[ast.AST]:
    try:
        source = inspect.getsource(inspect.unwrap(function))
    except OSError:  # written by `dataclass`
        return
    todo: list[ast.AST] = [*ast.parse(textwrap.dedent(source)).body[0].body]
    for node in todo:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield node
            todo += ast.iter_child_nodes(node)


def numbers_of(each: Public) -> set[str]:
    """Its parameters, of a class its fields too, that are annotated as a number, or as one or None."""
    annotated = inspect.get_annotations(each.value)
    if inspect.isclass(each.value) and "__init__" in vars(each.value):
        annotated = annotated | inspect.get_annotations(vars(each.value)["__init__"])
    names = {name for name, kind in annotated.items() if is_number(kind)}
    return {name for name in names - {"return"} if not name.startswith("_")}


def is_number(kind: Any) -> bool:
    """Whatever else it is annotated with."""
    if get_origin(kind) is Annotated or isinstance(kind, InitVar):
        return is_number(getattr(kind, "__origin__", None) or kind.type)
    if get_origin(kind) in (Union, UnionType):
        return all(one is NoneType or is_number(one) for one in get_args(kind))
    return kind in (int, float)


def gives_unit(told: str, name: str) -> bool:
    """In the entry or the sentence that names it, or as the very beginning, for all that follows."""
    parts = re.split(r"\n(?=[ ]+\w+(?:, \w+)*: )|(?:(?<=[.;])|\n)\n", told)
    said = [one for part in parts for one in ([part] if part[:1] == " " else re.split(r"(?<=[.;])\s", part))]
    return any(re.search(rf"\b{name}\b", one) and UNIT.search(one) for one in said) or told.startswith(
        FOR_ALL
    )
