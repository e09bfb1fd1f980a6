"""What a model is told of a service's answer: declared fields, in JSON, of a bounded length."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.http import HttpReply

_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Where in a reply's JSON the answer stands, and what of it is kept.

    Paths are names with dots between them; in a list each of its items is meant, and a number is one of them.

    Attributes:
        at: where it stands; empty means the whole.
        fields: what is kept of it, or of each of its items; empty keeps all.
        receipt: name -> path in what stands at `at`, or `header:NAME`; what is not there is left out.
        longest: characters of one text; what is longer is cut, and says so.
    """

    at: str = ""
    fields: tuple[str, ...] = ()
    receipt: Mapping[str, str] = field(default_factory=dict)
    longest: int = 2_000

    def of(self, told: Any) -> Any:
        """What is kept of a reply's JSON; None where nothing stands there."""
        found = value_at(told, self.at)
        kept = [self.kept(each) for each in found] if isinstance(found, list) else self.kept(found)
        return _shortened(kept, self.longest)

    def kept(self, value: Any) -> Any:
        """The declared fields of one object."""
        return value if not self.fields or not isinstance(value, Mapping) else picked(value, self.fields)

    def receipt_in(self, told: Any, reply: HttpReply) -> dict[str, Any]:
        """What names the thing that was made or changed."""
        there = value_at(told, self.at)
        receipt: dict[str, Any] = {}
        for name, path in self.receipt.items():
            header = path.removeprefix("header:")
            value = reply.headers.get(header.lower()) if header != path else value_at(there, path)
            if value not in (None, ""):
                receipt[name] = value
        return receipt


def value_at(value: Any, path: str) -> Any:
    """What stands at a path; None where nothing does."""
    found = _at(value, path.split(".") if path else [])
    return None if found is _ABSENT else found


def picked(value: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """A copy with these paths alone."""
    kept: dict[str, Any] = {}
    for path in paths:
        _copy(value, kept, path.split("."))
    return kept


def text_of(value: Any) -> str:
    """JSON for a model."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _at(value: Any, names: Sequence[str]) -> Any:
    for place, name in enumerate(names):
        if isinstance(value, Mapping):
            value = value.get(name, _ABSENT)
        elif isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else _ABSENT
        elif isinstance(value, list):
            every = [_at(each, names[place:]) for each in value]
            return [each for each in every if each is not _ABSENT]
        else:
            return _ABSENT
    return value


def _copy(value: Mapping[str, Any], kept: dict[str, Any], names: Sequence[str]) -> None:
    name, *rest = names
    if name not in value:
        return
    inner = value[name]
    if not rest or inner is None:
        kept[name] = inner
    elif isinstance(inner, Mapping):
        _copy(inner, kept.setdefault(name, {}), rest)
    elif isinstance(inner, list):
        there = kept.setdefault(name, [{} for _ in inner])
        for each, copy in zip(inner, there, strict=True):
            if isinstance(each, Mapping):
                _copy(each, copy, rest)


def _shortened(value: Any, longest: int) -> Any:
    if isinstance(value, str) and len(value) > longest:
        return f"{value[:longest]}… [{len(value) - longest} more characters]"
    if isinstance(value, Mapping):
        return {name: _shortened(each, longest) for name, each in value.items()}
    return [_shortened(each, longest) for each in value] if isinstance(value, list) else value
