"""What a vendor was asked, whatever its dialect, and what a model would have answered.

The upstream of `attentive.py` reads requests into `Asked`, answers by `said`, and writes the answer in the
dialect of the request. It is as attentive as the cheapest of models: it calls the tool that it is told to,
fills in schemas, obeys stop sequences, and notices the media that it is shown.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MAGIC = {"image/png": b"\x89PNG", "application/pdf": b"%PDF", "audio/wav": b"RIFF"}
GREETING = "Hello, how may I help you today?"
_FORMATS = {"date-time": "2026-01-05T09:00:00", "date": "2026-01-05", "time": "09:00:00"}
_NUMBER = re.compile(r"-?\d+")
_QUOTED = re.compile(r"'([^']+)'")
_EAGER = re.compile(r"\btool\b|\bweather\b", re.IGNORECASE)


class Refused(Exception):
    """The vendor would refuse this request; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """Something shown: bytes or a URL."""

    media_type: str
    data: bytes | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        if self.data is not None and not self.data.startswith(MAGIC.get(self.media_type, b"")):
            raise Refused(f"these bytes are no {self.media_type}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    id: str
    text: str
    error: bool = False


@dataclass(slots=True, kw_only=True)
class Turn:
    """What one side said: texts, media, calls, results and signed thoughts."""

    role: str
    texts: list[str] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, read.

    Attributes:
        tools: name -> the schema of its arguments.
        choice: auto, none, required or a tool's name.
        schema: what the answer must fit; `json` alone asks for any JSON object.
        thinks: whether reasoning was asked for.
    """

    dialect: str
    model: str
    stream: bool
    system: str
    turns: Sequence[Turn]
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    choice: str = "auto"
    schema: Mapping[str, Any] | None = None
    json: bool = False
    stop: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    thinks: bool = False

    @property
    def media(self) -> list[Medium]:
        return [medium for turn in self.turns for medium in turn.media]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer, before it is written in a dialect. `signature` seals the thought."""

    text: str = ""
    thought: str = ""
    signature: str = ""
    calls: Sequence[Called] = ()
    finish: str = "stop"
    tokens: tuple[int, int] = (0, 0)

    @property
    def pieces(self) -> list[str]:
        return re.findall(r"\s*\S+|\s+", self.text)


def said(asked: Asked) -> Said:
    check(asked)
    tokens = (sum(len(turn.text.split()) for turn in asked.turns) + 20, 7)
    thought, signature = ("Let me think.", "c2lnbmVk") if asked.thinks else ("", "")
    common: dict[str, Any] = {"thought": thought, "signature": signature, "tokens": tokens}
    name = _tool(asked)
    if name is not None:
        arguments = filled(asked.tools[name], _last_words(asked), name)
        number = sum(len(turn.calls) for turn in asked.turns)
        call = Called(id=f"call_{asked.dialect}_{number}", name=name, arguments=arguments)
        return Said(calls=[call], finish="tool_calls", **common)
    text, finish = _stopped(_words(asked), asked.stop)
    return Said(text=text, finish=finish, **common)


def check(asked: Asked) -> None:
    """What every vendor insists on: results follow the calls that they answer, all of them."""
    if not asked.turns:
        raise Refused("there is nothing to answer")
    open_calls: set[str] = set()
    for turn in asked.turns:
        answered = {result.id for result in turn.results}
        if not answered <= open_calls:
            raise Refused(f"results without calls: {sorted(answered - open_calls)}")
        if turn.role == "user" and open_calls - answered:
            raise Refused(f"calls without results: {sorted(open_calls - answered)}")
        open_calls = {call.id for call in turn.calls} if turn.role == "assistant" else open_calls - answered
    if asked.choice not in ("auto", "none", "required", *asked.tools):
        raise Refused(f"{asked.choice!r} is no tool")


def filled(schema: Mapping[str, Any], words: str, about: str = "") -> Any:
    """A value that fits the schema, taken from the words where they hold something fitting."""
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return filled(schema[key][0], words, about)
    if "$ref" in schema:
        return filled(schema["$ref"], words, about) if isinstance(schema["$ref"], dict) else {}
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    if kind == "object":
        return {name: filled(inner, words, name) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [filled(schema.get("items", {}), words, about)]
    if kind in ("integer", "number"):
        found = _NUMBER.search(words)
        return int(found[0]) if found else 1
    if kind == "boolean":
        return True
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    quoted = _QUOTED.search(words)
    return quoted[1] if quoted else f"a {about or 'text'}"


def _tool(asked: Asked) -> str | None:
    if not asked.tools or asked.choice == "none":
        return None
    if asked.choice in asked.tools:
        return asked.choice
    last = asked.turns[-1]
    words = _last_words(asked)
    named = next((name for name in asked.tools if name in words), None)
    first = named or next(iter(asked.tools))
    if asked.choice == "required":
        return first
    eager = named or _EAGER.search(words)
    return first if eager and last.role == "user" and not last.results else None


def _last_words(asked: Asked) -> str:
    return next((turn.text for turn in reversed(asked.turns) if turn.role == "user" and turn.text), "")


def _words(asked: Asked) -> str:
    last = asked.turns[-1]
    if asked.schema is not None:
        return json.dumps(filled(asked.schema, ""), ensure_ascii=False)
    if asked.json:
        return json.dumps(_object(asked), ensure_ascii=False)
    if last.results:
        return "The tool says: " + "; ".join(
            f"{'an error, ' if result.error else ''}{result.text}" for result in last.results
        )
    if last.media:
        return "I see " + " and ".join(medium.media_type for medium in last.media) + "."
    return GREETING


def _object(asked: Asked) -> Any:
    """Any JSON object: after the schema in the prompt, or with the keys that the prompt names."""
    prompt = "\n".join([asked.system, *(turn.text for turn in asked.turns)])
    if "json" not in prompt.lower():
        raise Refused("'messages' must contain the word 'json' in some form")
    described = re.search(r"JSON schema:\n(\{.*\})", prompt)
    if described:
        return filled(json.loads(described[1]), "")
    return {name: f"a {name}" for name in _QUOTED.findall(prompt)}


def _stopped(text: str, stop: Sequence[str]) -> tuple[str, str]:
    places = [place for each in stop if (place := text.find(each)) >= 0]
    return (text[: min(places)], "stop") if places else (text, "stop")
