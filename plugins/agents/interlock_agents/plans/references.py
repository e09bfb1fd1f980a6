"""References to values, `${node.path.to[0].field}`, and what takes their place.

A text that is nothing but a reference becomes the value itself, with its type. In a longer text, each becomes
text: a text as it is, a number and a truth value as JSON writes them, a list or an object as JSON; None and
bytes have no form that everybody would expect, and are refused. `$${` stands for `${`. A text that is nothing
but `$1` or `$name` is no reference here and is in other systems, so it is refused; `$$1` stands for it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from interlock import RequestError
from interlock_agents.plans.values import copied

__all__ = ["BadReference", "Reference", "ReferenceFailed", "as_text", "filled", "parts", "references"]

MAX_STEPS: Final = 16

NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]{0,63}"
_STEP = r'\.[A-Za-z_][\w-]{0,99}|\[[0-9]{1,6}\]|\["(?:[^"\\\n]|\\[^\n]){0,200}"\]'
_REFERENCE = re.compile(rf"\$\{{[ ]*(?P<name>{NAME})(?P<path>(?:{_STEP})*)[ ]*\}}")
_STEPS = re.compile(_STEP)
_OPENS = re.compile(r"\$\$\{|\$\{")
_ELSEWHERE = re.compile(r"\$(\$?[A-Za-z0-9_][A-Za-z0-9_.]{0,99})")
_SHOWN = 40


class BadReference(RequestError):
    """A text in a plan that begins a reference and is none."""


class ReferenceFailed(RequestError):
    """A reference that leads to nothing, or to what has no place in a text. The node it stands in fails.

    The message names the path and the kinds of what was there, never a value.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The value of `name`, and where in it: names of objects and places in lists, counted from 0."""

    name: str
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return "${" + self.name + _written(self.path) + "}"


def parts(text: str, *, key: str = "") -> tuple[str | Reference, ...]:
    """A text as pieces of text and references.

    Raises:
        BadReference: what begins with `${` is no reference, or the whole looks like another system's.
    """
    if (elsewhere := _ELSEWHERE.fullmatch(text)) is not None:
        named = elsewhere[1]
        if named[0] == "$":
            return (named,)
        said = text[:_SHOWN]
        message = f"{said!r} is no reference: write ${{node.field}} for a value, or ${said} for this text"
        raise BadReference(message, key=key)
    if "${" not in text:
        return (text,)
    found: list[str | Reference] = []
    plain: list[str] = []
    at = 0
    while (opens := _OPENS.search(text, at)) is not None:
        plain.append(text[at : opens.start()])
        if opens[0] == "$${":
            plain.append("${")
            at = opens.end()
            continue
        if "".join(plain):
            found.append("".join(plain))
        plain = []
        reference, at = _read(text, opens.start(), key)
        found.append(reference)
    if "".join(plain) or text[at:]:
        found.append("".join(plain) + text[at:])
    return tuple(found)


def references(value: Any, *, key: str = "") -> Iterator[tuple[str, Reference]]:
    """Every reference in a value, with the dotted key of the text that it stands in.

    Raises:
        BadReference: as `parts` does, and for a name of an object that holds one.
    """
    if isinstance(value, str):
        yield from ((key, part) for part in parts(value, key=key) if isinstance(part, Reference))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(name, str) and "${" in name:
                raise BadReference(f"the name {name[:_SHOWN]!r} holds a reference; values alone can", key=key)
            yield from references(item, key=_below(key, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from references(item, key=_below(key, index))


def filled(
    value: Any,
    scope: Mapping[str, Any],
    *,
    key: str = "",
    text: Callable[[Reference, Any], str] | None = None,
) -> Any:
    """A copy of a value in which values stand for references.

    Args:
        value: JSON; references may stand in its texts.
        scope: each name's value: of nodes by their ids, of `inputs`, and within a map of `item` and `index`.
        key: what an error calls the value.
        text: what a referenced value becomes within a longer text, in place of `as_text`: a prompt puts a
            fence around it.

    Raises:
        ReferenceFailed: a reference leads to nothing, or to what has no place in a text.
        BadReference: as `parts` does.
    """
    if isinstance(value, str):
        return _filled_text(value, scope, key, text or as_text)
    if isinstance(value, Mapping):
        return {name: filled(item, scope, key=_below(key, name), text=text) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [filled(item, scope, key=_below(key, index), text=text) for index, item in enumerate(value)]
    return value


def as_text(reference: Reference, value: Any) -> str:
    """A referenced value within a longer text. Raises ReferenceFailed for None and for bytes."""
    if isinstance(value, str):
        return value
    if value is None or _holds_bytes(value):
        kind = "null" if value is None else "bytes"
        message = f"{reference} is {kind}, which has no form in a text; refer to it alone, or to a part of it"
        raise ReferenceFailed(message)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def found(reference: Reference, scope: Mapping[str, Any]) -> Any:
    """The value that a reference leads to. Raises ReferenceFailed."""
    if reference.name not in scope:
        raise ReferenceFailed(f"{reference}: there is no value of {reference.name!r}")
    value = scope[reference.name]
    for taken, step in enumerate(reference.path):
        there = reference.name + _written(reference.path[:taken])
        if isinstance(step, int):
            if not isinstance(value, list):
                raise ReferenceFailed(f"{reference}: {there} is {kind_of(value)}, not a list")
            if step >= len(value):
                raise ReferenceFailed(f"{reference}: {there} has {len(value)} items")
        elif not isinstance(value, dict):
            raise ReferenceFailed(f"{reference}: {there} is {kind_of(value)}, not an object")
        elif step not in value:
            raise ReferenceFailed(f"{reference}: {there} has no {step!r}")
        value = value[step]
    return value


def kind_of(value: Any) -> str:
    """What JSON calls a value's type; `bytes` for bytes."""
    kinds = ((bool, "boolean"), (str, "string"), (int, "integer"), (float, "number"), (bytes, "bytes"))
    if value is None:
        return "null"
    for kind, name in kinds:
        if isinstance(value, kind):
            return name
    return "array" if isinstance(value, list | tuple) else "object"


def _filled_text(
    value: str, scope: Mapping[str, Any], key: str, text: Callable[[Reference, Any], str]
) -> Any:
    pieces = parts(value, key=key)
    try:
        if len(pieces) == 1 and isinstance(pieces[0], Reference):
            return copied(found(pieces[0], scope), key=key)
        return "".join(
            piece if isinstance(piece, str) else text(piece, found(piece, scope)) for piece in pieces
        )
    except ReferenceFailed as error:
        if error.key or not key:
            raise
        raise ReferenceFailed(error.message, key=key) from None


def _read(text: str, at: int, key: str) -> tuple[Reference, int]:
    match = _REFERENCE.match(text, at)
    shown = text[at : at + _SHOWN].partition("}")
    if match is None:
        said = f"{shown[0] + shown[1]!r} is no reference"
        raise BadReference(f"{said}: write ${{node.field[0].name}}, or $${{ for the text ${{", key=key)
    path = tuple(_step(step) for step in _STEPS.findall(match["path"]))
    if len(path) > MAX_STEPS:
        raise BadReference(f"{shown[0]!r}… has more than {MAX_STEPS} steps", key=key)
    return Reference(name=match["name"], path=path), match.end()


def _step(step: str) -> str | int:
    if step[0] == ".":
        return step[1:]
    if step[1] != '"':
        return int(step[1:-1])
    try:
        return str(json.loads(step[1:-1]))
    except ValueError:
        return step[2:-2]


def _written(path: tuple[str | int, ...]) -> str:
    written = []
    for step in path:
        if isinstance(step, int):
            written.append(f"[{step}]")
        else:
            dotted = f".{step}"
            written.append(dotted if _STEPS.fullmatch(dotted) else f"[{json.dumps(step)}]")
    return "".join(written)


def _holds_bytes(value: Any) -> bool:
    if isinstance(value, bytes):
        return True
    if isinstance(value, dict):
        return any(map(_holds_bytes, value.values()))
    return isinstance(value, list) and any(map(_holds_bytes, value))


def _below(at: str, step: object) -> str:
    return f"{at}.{step}" if at else str(step)
