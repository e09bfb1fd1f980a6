"""From an entry to the text that is hashed, and back.

The text is JSON with sorted names, ASCII, without blanks; numbers in it are whole. What is not whole is a
text that reads back as the same number, and `floats` says where such texts stand among the facts.
"""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from interlock import LogEntry, StoreError

_DEEPEST = 100
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)

Content = dict[str, Any]
"""What a body says, before it has its place in a chain."""


def content_of(entry: LogEntry) -> Content:
    """Without the entry's subject and what is personal.

    Raises:
        StoreError: the facts are not what JSON has. It repeats none of them.
    """
    floats: list[list[str | int]] = []
    facts = _plain(entry.facts, [], floats, entry.kind)
    content: Content = {"id": fit(entry.id), "at": number(entry.at), "kind": fit(entry.kind), "facts": facts}
    for name in ("call", "run", "step"):
        if (value := getattr(entry, name)) is not None:
            content[name] = fit(value)
    if entry.attempt is not None:
        content["attempt"] = entry.attempt
    if floats:
        content["floats"] = floats
    return content


def body_of(content: Content, *, chain: str, seq: int, logged: int) -> str:
    """The text that is hashed. `logged` is when its writer wrote it, in microseconds since the epoch.

    Raises:
        StoreError: a number in it has too many digits.
    """
    try:
        return _JSON.encode({**content, "chain": chain, "seq": seq, "logged": logged})
    except ValueError:
        raise StoreError(f"a number in the entry {content['kind']!r} has too many digits") from None


def entry_in(body: str) -> LogEntry:
    """The entry that a body was made of.

    Raises:
        StoreError: it was made of none.
    """
    try:
        content = json.loads(body)
        for path in content.get("floats", ()):
            _restore(content["facts"], path)
        return LogEntry(
            kind=content["kind"],
            at=float(content["at"]),
            id=content["id"],
            call=content.get("call"),
            run=content.get("run"),
            step=content.get("step"),
            attempt=content.get("attempt"),
            facts=content["facts"],
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise StoreError("an entry cannot be read; `interlock audit verify` says which") from None


def fit(text: str) -> str:
    """The text as every database takes it: without NUL, and without halves of characters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def number(value: float) -> str:
    """A number as a text that reads back as the same.

    Raises:
        StoreError: it is infinite, or none.
    """
    if not isfinite(value):
        raise StoreError(f"{value} is no number that a log keeps")
    return repr(float(value))


def _plain(value: Any, at: list[str | int], floats: list[list[str | int]], kind: str) -> Any:
    if isinstance(value, str):
        return fit(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        floats.append(list(at))
        return number(value)
    if len(at) < _DEEPEST:
        if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
            return {fit(name): _plain(item, [*at, fit(name)], floats, kind) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [_plain(item, [*at, index], floats, kind) for index, item in enumerate(value)]
    raise StoreError(f"the facts of the entry {kind!r} are not what JSON has, or are nested too deeply")


def _restore(facts: Any, path: list[Any]) -> None:
    *above, last = path
    for step in above:
        facts = facts[step]
    facts[last] = float(facts[last])
