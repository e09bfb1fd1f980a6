"""Use cases as YAML: a list of mappings from field to value, each value the text that is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

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

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_governance.use_cases.inventory import Complaint, shortened
from interlock_governance.use_cases.use_case import FIELDS, SourceRow, UseCase
from interlock_governance.use_cases.values import Unreadable, value_of

FORM: Final = "interlock"
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST: Final = 4  # the list, a use case, one of its values, an entry of that
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BEGINS: Final = re.compile(r"-(\s|$)|---(\s|$)|\[|\{|%YAML|[A-Za-z_]+:(\s|$)")


def is_yaml(text: str) -> bool:
    """Whether the first line that says anything begins as YAML does and as no table's header would."""
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return bool(_BEGINS.match(line.lstrip()))
    return False


def read_yaml(text: str, file: str) -> tuple[list[UseCase], list[Complaint]]:
    """Raises RequestError for what is no list of mappings, with the line."""
    complaints: list[Complaint] = []
    return [_use_case(entry, file, complaints) for entry in _entries(text, file)], complaints


@dataclass(slots=True)
class _Open:
    """A collection that has not ended; `key` waits for its value. `holds` is a list, or a dict."""

    line: int
    holds: Any
    key: str | None = None
    lines: dict[str, int] = field(default_factory=dict)


def _entries(text: str, file: str) -> list[_Open]:
    """From events and not by composing: nothing nests deeper than it may, and nothing is expanded."""
    stack: list[_Open] = []
    found: list[_Open] = []
    documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _wrong(file, line, "a second document begins; one list is expected.")
            elif isinstance(event, NodeEvent):
                _take(event, line, stack, found, file)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                stack.pop()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = shortened(error.problem or error.context or "it cannot be parsed")
        raise _wrong(file, mark.line + 1 if mark else None, f"is not readable YAML: {problem}.") from None
    except (yaml.YAMLError, UnicodeError):
        raise _wrong(
            file, None, "is not readable YAML: it holds a character that YAML does not allow."
        ) from None
    return found


def _take(event: Event, line: int, stack: list[_Open], found: list[_Open], file: str) -> None:
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
        raise _wrong(file, line, "anchors and aliases are not read; write the value out where it is wanted.")
    scalar = isinstance(event, ScalarEvent)
    depth = len(stack)
    if depth == 0 and not isinstance(event, SequenceStartEvent):
        if isinstance(event, ScalarEvent) and event.value in _NOTHING:
            return
        raise _wrong(file, line, "a list of use cases is expected: `- name: …` for each.")
    if depth == 1 and not isinstance(event, MappingStartEvent):
        raise _wrong(file, line, "each use case is a mapping of fields and values.")
    if depth >= _DEEPEST:
        raise _wrong(file, line, "is nested too deeply; a value is a text, or a list or a mapping of texts.")
    value: Any
    if isinstance(event, ScalarEvent):
        value = None if event.implicit[0] and event.value in _NOTHING else event.value
    else:
        value = {} if isinstance(event, MappingStartEvent) else []
    parent = stack[-1] if stack else None
    opened = None if scalar else _Open(line=line, holds=value)
    if parent is not None and isinstance(parent.holds, dict):
        if parent.key is None:
            if not isinstance(event, ScalarEvent):
                raise _wrong(file, line, "a key is a text.")
            if event.value in parent.lines:
                raise _wrong(file, line, f"{shortened(event.value)!r} stands there twice.")
            parent.key = event.value
            parent.lines[event.value] = line
            return
        parent.holds[parent.key] = value
        parent.key = None
    elif parent is not None:
        parent.holds.append(value)
    if opened is not None:
        stack.append(opened)
        if depth == 1:
            found.append(opened)


def _use_case(entry: _Open, file: str, complaints: list[Complaint]) -> UseCase:
    values: dict[str, Any] = {}
    words: dict[str, str] = {}
    extra: dict[str, str] = {}
    source = SourceRow(file=file, row=entry.line)

    def complain(name: str, value: object, done: str) -> None:
        row = entry.lines.get(name, entry.line)
        text = "" if isinstance(value, list | dict) else shortened(str(value))
        complaints.append(Complaint(file=file, row=row, column=name, value=text, done=done))

    for name, value in entry.holds.items():
        if value is None:
            continue
        if name in ("words", "extra"):
            kept = words if name == "words" else extra
            if isinstance(value, dict):
                kept.update({key: _text(each) for key, each in value.items() if each is not None})
            else:
                extra[name] = _text(value)
                complain(name, value, "is no mapping of texts; it is kept among `extra`.")
        elif name == "source":
            source = _source(value) or source
        elif name in FIELDS:
            _value(name, value, values, words, complain)
        else:
            meant = nearest(name, FIELDS)
            tail = f"; did you mean {meant!r}?" if meant else "."
            complain(name, value, f"is no field and is kept among `extra`{tail}")
            extra[name] = _text(value)
    return UseCase(**values, words=words, extra=extra, source=source)


def _value(name: str, value: Any, values: dict[str, Any], words: dict[str, str], complain: Any) -> None:
    written = [_text(each) for each in value if each is not None] if isinstance(value, list) else value
    try:
        if isinstance(written, dict):
            raise Unreadable("one value is expected, not a mapping")
        values[name] = value_of(name, written)
        if values[name] is None:
            words.setdefault(name, f"{name}: {_text(value)}")
    except Unreadable as error:
        words.setdefault(name, f"{name}: {_text(value)}")
        complain(name, value, f"{error}; {name} stays unknown, and the words are kept.")


def _source(value: Any) -> SourceRow | None:
    if isinstance(value, dict) and isinstance(value.get("file"), str):
        row = value.get("row")
        if isinstance(row, str) and row.isascii() and row.isdecimal() and len(row) < 16:  # noqa: PLR2004 - no file is longer
            return SourceRow(file=value["file"], row=int(row))
    return None


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_text(each)}" for key, each in value.items())
    return "" if value is None else str(value)


def _wrong(file: str, line: int | None, message: str) -> RequestError:
    return RequestError(message, key=file if line is None else f"{file}:{line}")
