"""YAML read into plain values that remember their lines.

Stricter than YAML 1.1: only `true` and `false` are booleans, so that `region: no` is Norway; dates and
sexagesimal numbers stay text; a key that comes twice, a key that is no text, tags and several documents are
refused, and so is a file that nests too deeply or holds too much. Anchors and aliases are refused, too: every
value stands where it is written.

For plugins that read files of their own: `read` gives a tree of `Node`, which knows the line of each key.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from interlock.errors import ConfigError
from interlock.logs import looks_secret

__all__ = ["MAX_CHARACTERS", "MAX_DEPTH", "MAX_VALUES", "Node", "plain_mapping", "read", "shown"]

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 32
MAX_VALUES = 100_000

_WRITTEN_OUT = "write the value out where it is wanted"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(slots=True, eq=False)
class Node:
    """A value and where it stands. `value` is a scalar, a list of nodes, or a dict from key to node.

    `line` counts from 1, and `keys` holds the line of each key.
    """

    line: int
    value: Any = field(repr=False)
    keys: dict[str, int] = field(default_factory=dict, repr=False)

    def plain(self) -> Any:
        """Dicts, lists and scalars, without the lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def find(self, path: list[str]) -> tuple[int, int]:
        """How many steps of `path` exist, and the line of the last one that does."""
        line, node = self.line, self
        for taken, step in enumerate(path):
            if isinstance(node.value, dict) and step in node.value:
                line, node = node.keys[step], node.value[step]
            elif isinstance(node.value, list) and step.isdecimal() and int(step) < len(node.value):
                node = node.value[int(step)]
                line = node.line
            else:
                return taken, line
        return len(path), line


def shown(path: Iterable[str]) -> str:
    """A dotted key, without the characters that would break a line."""
    # A key that was taken for a name must not be repeated.
    dotted = ".".join("***" if looks_secret(step) else step for step in path)
    return dotted if dotted.isprintable() else repr(dotted)[1:-1]


def read(text: str, source: str, key: str = "") -> Node | None:
    """The document's root, or None when there is nothing in it.

    Raises:
        ConfigError: it is no YAML of this kind; with the line, and `source` and `key` as they are given.
    """
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(f"is longer than {MAX_CHARACTERS:,} characters.", key=key, source=source)
    reader = _Reader(source, key)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = shown([error.problem or error.context or "it cannot be parsed"])
        column = f" at column {mark.column + 1}" if mark else ""
        line = mark.line + 1 if mark else None
        message = f"is not readable YAML: {problem}{column}."
        if mark and _indented_by_tab(text, mark.line):
            message = "is not readable YAML: the line begins with a tab; indent with spaces."
        raise ConfigError(message, key=key, source=source, line=line) from None
    except (yaml.YAMLError, UnicodeError):
        message = "is not readable YAML: it holds a character that YAML does not allow."
        raise ConfigError(message, key=key, source=source) from None
    return reader.root


def _indented_by_tab(text: str, number: int) -> bool:
    """Whether the line, counted from 0, has a tab before its first character."""
    lines = text.splitlines()
    line = lines[number] if number < len(lines) else ""
    return "\t" in line[: len(line) - len(line.lstrip())]


@dataclass(slots=True, eq=False)
class _Open:
    """A collection that has not ended yet; `pending` is the key that waits for its value."""

    node: Node
    pending: str | None = None
    pending_line: int = 0


class _Reader:
    """Builds nodes from events, without recursion."""

    def __init__(self, source: str, key: str) -> None:
        self.source = source
        self.key = key
        self.root: Node | None = None
        self.documents = 0
        self.stack: list[_Open] = []
        self.values = 0

    def error(self, message: str, line: int, key: str = "") -> ConfigError:
        path = self.key or shown([*self._path(), *([key] if key else [])])
        return ConfigError(message, key=path, source=self.source, line=line)

    def take(self, event: Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.error("holds a second document; one is expected.", line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._put(self.stack.pop().node)
        elif isinstance(event, NodeEvent):
            self._node(event, line)

    def _node(self, event: NodeEvent, line: int) -> None:
        if event.anchor:
            mark = ("*" if isinstance(event, AliasEvent) else "&") + event.anchor
            raise self.error(f"anchors and aliases such as {mark} are not read; {_WRITTEN_OUT}.", line)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.node.value, dict) and top.pending is None:
            self._key(top, event, line)
            return
        self.values += 1
        if self.values > MAX_VALUES:
            raise self.error(f"holds more than {MAX_VALUES:,} values.", line)
        if isinstance(event, ScalarEvent):
            self._put(Node(line, self._scalar(event, line)))
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._refuse_tag(event, line)
            if len(self.stack) >= MAX_DEPTH:
                raise self.error(f"nests more than {MAX_DEPTH} levels deep.", line)
            empty: Any = {} if isinstance(event, MappingStartEvent) else []
            self.stack.append(_Open(Node(line, empty)))

    def _key(self, top: _Open, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise self.error("a key must be text, not a list or a mapping.", line)
        key = self._scalar(event, line)
        if not isinstance(key, str):
            shown = event.value or "an empty key"
            raise self.error(f"a key must be text; write {shown!r} in quotes.", line, shown)
        if key in top.node.value:
            first = top.node.keys[key]
            raise self.error(f"this key comes twice; the first is in line {first}.", line, key)
        if key == "<<" and not event.style:
            raise self.error(f"<< merges nothing here; {_WRITTEN_OUT}.", line)
        top.pending, top.pending_line = key, line

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        key = top.pending
        if key is None:
            top.node.value.append(node)
        else:
            top.node.value[key] = node
            top.node.keys[key] = top.pending_line
            top.pending = None

    def _scalar(self, event: ScalarEvent, line: int) -> Any:
        if event.tag == "!" or (event.tag or "").endswith(":str"):
            return event.value
        self._refuse_tag(event, line)
        text = event.value
        if event.style:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text):
            return float(text)
        return text

    def _refuse_tag(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent, line: int) -> None:
        if event.tag and event.tag != "!":
            raise self.error(f"tags such as {event.tag!r} are not read.", line)

    def _path(self) -> list[str]:
        path = []
        for entry in self.stack:
            if isinstance(entry.node.value, list):
                path.append(str(len(entry.node.value)))
            elif entry.pending is not None:
                path.append(entry.pending)
        return path


def plain_mapping(data: Mapping[Any, Any], source: str) -> dict[str, Any]:
    """A copy of nested mappings and lists, within the same limits. Raises ConfigError."""
    count = 0

    def copy(value: Any, path: tuple[str, ...]) -> Any:
        nonlocal count
        count += 1
        if count > MAX_VALUES or len(path) > MAX_DEPTH:
            limit = f"{MAX_VALUES:,} values" if count > MAX_VALUES else f"{MAX_DEPTH} levels"
            raise ConfigError(f"holds more than {limit}.", key=shown(path[:4]), source=source)
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str):
                    message = f"a key must be text, not {type(key).__name__}."
                    raise ConfigError(message, key=shown((*path, repr(key))), source=source)
            return {key: copy(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            items = value if isinstance(value, list | tuple) else sorted(value, key=repr)
            return [copy(item, (*path, str(at))) for at, item in enumerate(items)]
        return value

    copied: dict[str, Any] = copy(data, ())
    return copied
