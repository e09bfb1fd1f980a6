"""For codecs: what every dialect reads and writes alike. Pure, and no error but ProviderError."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from interlock.errors import AnswerTooLarge, InvalidRequest, ProtocolError
from interlock.http.arguments import written
from interlock.types.json_reader import decoded, load_json
from interlock.types.messages import Document, Media, Part, Reasoning, Refusal, Text, ToolCall
from interlock.types.models import LARGEST_ANSWER, Deployment
from interlock.types.request import Settings
from interlock.types.reserved import complaint, folded, reserved
from interlock.types.response import Answer, Delta, ToolCallDelta, Usage
from interlock.types.strict import marked

_MOST = 10**12
_BOM = b"\xef\xbb\xbf"
_EXCERPT = 80
_MOST_PARTS = 4_096
_LONGEST_WORDS = 8 * 1024
_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_TEXTUAL = frozenset(
    {
        "application/json",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
    }
)


def parse_object(data: bytes | str, what: str, *, calls: bool = False) -> dict[str, Any]:
    """A JSON object in UTF-8, or ProtocolError: it says in a word what came instead, and never repeats it.

    With `calls`, it may hold tool calls whose arguments are objects; `is_arguments` judges each.
    """
    try:
        text = data if isinstance(data, str) else decoded(data.removeprefix(_BOM), errors="surrogatepass")
        payload = load_json(text, pairs=marked if calls else None)
    except (ValueError, RecursionError):
        raise ProtocolError(f"{what} is {_kind_of(data)}, not JSON") from None
    if not isinstance(payload, dict):
        raise ProtocolError(f"{what} is JSON, but no object")
    return payload


def json_in(data: bytes | str) -> Any:
    """The value of a text that may be no JSON at all, such as an error's body; None then."""
    try:
        return load_json(data)
    except (ValueError, RecursionError):
        return None


def _kind_of(data: bytes | str) -> str:
    head = data[:_EXCERPT].strip()
    if not head:
        return "empty"
    if head[:1] in (b"<", "<"):
        return "a web page"
    return "cut or garbled" if head[:1] in (b"{", "{") else "text"


def count_of(value: Any) -> int | None:
    """A number of tokens, or None for anything that cannot be one."""
    return value if type(value) is int and 0 <= value <= _MOST else None


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def said(place: dict[str, Any], key: str) -> str:
    """What an answer says there; empty where it says nothing.

    Raises ProtocolError for what is no text, for the answer would look whole without it.
    """
    value = place.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ProtocolError(f"the {key} of an answer is no text")
    return value


def kind_of(part: Any) -> str:
    """The `type` of a part of an answer. Raises ProtocolError where none is said."""
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(kind, str):
        raise ProtocolError("a part of the answer has no type")
    return kind


def parts_of(place: dict[str, Any]) -> list[dict[str, Any]]:
    """What the answer's `content` there is made of. Raises ProtocolError for what is no list of objects."""
    parts = place.get("content", [])
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise ProtocolError("the content of an answer is neither a text nor a list of objects")
    return parts


def parts_in(found: list[Any]) -> list[Any]:
    """The parts of a plain answer: some thousands at the most, for neighbours are joined one by one.

    Raises ProtocolError for more.
    """
    if len(found) > _MOST_PARTS:
        raise ProtocolError(f"the answer is in more than {_MOST_PARTS} parts")
    return found


def optional_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def error_words(value: Any) -> str | None:
    """A vendor's words about an error, or None; no more of them than a pattern may be looked for in."""
    return value[:_LONGEST_WORDS] if isinstance(value, str) and value else None


def media_type_of(part: Media) -> str | None:
    """What the part says it is, else what its first bytes say, else None."""
    if part.media_type:
        return part.media_type
    data = part.data or b""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    return _RIFF.get(data[8:12]) if data[:4] == b"RIFF" else None


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def text_of_document(part: Document) -> str | None:
    """The words of a document that is plain text; None for any other."""
    kind = (part.media_type or "").partition(";")[0].strip().lower()
    if part.data is None or not (kind.startswith("text/") or kind in _TEXTUAL):
        return None
    return part.data.decode("utf-8", errors="replace")


def part_name(part: Part) -> str:
    """`a Refusal`, `an Image`: for errors that name what a vendor cannot take."""
    name = type(part).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def mapping_of(body: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The mapping at a path of a body; empty where something else stands, which extras may have put there."""
    found: Any = body
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def json_text(value: Any) -> str:
    """Compact JSON. Raises InvalidRequest for what JSON cannot hold."""
    try:
        return _COMPACT.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"the request holds what JSON cannot: {error}") from None


def json_body(payload: Mapping[str, Any]) -> bytes:
    """A request's body. A lone surrogate, which a stream cut inside an emoji leaves behind, becomes `?`."""
    return json_text(payload).encode("utf-8", errors="replace")


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)


def add_extras(payload: dict[str, Any], deployment: Deployment, settings: Settings) -> None:
    """The vendor's own fields, into a body that says everything else already.

    The deployment's `extra_body` replaces what stands there: the operator decides. The request's `extra`
    adds, inside mappings that are there too, and replaces nothing.

    Raises:
        InvalidRequest: the request's `extra` says otherwise what the body says, or what is not its to say.
    """
    payload.update(deployment.extra_body)
    if not settings.extra:
        return
    if found := reserved(settings.extra):
        raise InvalidRequest(f"settings.extra.{found[0]}: {complaint(found[1])}")
    _add(payload, settings.extra, "settings.extra")


def _add(body: dict[str, Any], extra: Mapping[str, Any], path: str) -> None:
    names = {folded(name): name for name in body}
    for name, value in extra.items():
        own, where = names.get(folded(name)), f"{path}.{name}"
        if own is None:
            body[name] = value
        elif isinstance(body[own], Mapping) and isinstance(value, Mapping):
            body[own] = dict(body[own])
            _add(body[own], value, where)
        elif body[own] != value:
            raise InvalidRequest(
                f"{where}: the request's settings or the deployment say otherwise already; "
                "a request's extra adds to the vendor's body and replaces nothing in it"
            )


class CallIds:
    """Ids of tool calls as a vendor takes them: one conversation's calls and results, in their order.

    `fit` makes one id of another, the same each time; it leaves alone what the vendor takes as it is. Some
    vendors number the calls of every answer from nought, so an id that comes again gets a number: each id
    is used by one call alone. A result belongs to the earliest call of its id in the last turn that is still
    without one.
    """

    __slots__ = ("_fit", "_latest", "_open", "_used")

    def __init__(self, fit: Callable[[str], str]) -> None:
        self._fit = fit
        self._latest: dict[str, str] = {}
        self._open: dict[str, list[str]] = {}
        self._used: set[str] = set()

    def turn(self) -> None:
        """The assistant speaks: calls of before that have no result yet get none."""
        self._open.clear()

    def call(self, given: str) -> str:
        encoded = self._fit(given)
        number = 1
        while encoded in self._used:
            number += 1
            encoded = self._fit(f"{given}_{number}")
        self._used.add(encoded)
        self._latest[given] = encoded
        self._open.setdefault(given, []).append(encoded)
        return encoded

    def result(self, given: str) -> str:
        waiting = self._open.get(given)
        return waiting.pop(0) if waiting else self._latest.get(given) or self._fit(given)


class Incoming:
    """A reply that should be a stream of events, and may be plain JSON or a web page all the same: of at most
    `limit` bytes then, the deployment's `largest_answer`.
    """

    __slots__ = ("_limit", "_plain", "_started")

    def __init__(self, limit: int = LARGEST_ANSWER) -> None:
        self._limit = limit
        self._plain: bytearray | None = None
        self._started = False

    @property
    def plain(self) -> bytes | None:
        """The whole reply so far, once it has proved to be no stream."""
        return None if self._plain is None else bytes(self._plain)

    def events(self, data: bytes) -> bytes:
        """What of these bytes belongs to events; nothing of a plain reply, which is kept instead."""
        if not self._started:
            data = data.removeprefix(_BOM).lstrip(b" \t\r\n")
            self._started = bool(data)
            if data[:1] in (b"{", b"[", b"<"):
                self._plain = bytearray()
        if self._plain is None:
            return data
        if len(self._plain) + len(data) > self._limit:
            raise AnswerTooLarge.than(self._limit)
        self._plain += data
        return b""


def deltas_of(answer: Answer) -> Iterator[Delta]:
    """A whole answer as a stream of its parts; media that the model made have no delta."""
    calls = 0
    for part in answer.parts:
        if isinstance(part, Text):
            yield Delta(part.text, citations=part.citations)
        elif isinstance(part, Reasoning):
            yield Delta(reasoning=part.text, signature=part.signature, redacted=part.redacted)
        elif isinstance(part, Refusal):
            yield Delta(refusal=part.text)
        elif isinstance(part, ToolCall):
            yield Delta(tool_calls=(_whole(part, calls),))
            calls += 1
    yield Delta(
        finish_reason=answer.finish_reason,
        usage=answer.usage if answer.usage != Usage() else None,
        served_model=answer.served_model,
        evidenced=answer.evidenced,
        id=answer.id,
        extra=answer.extra or None,
    )


def _whole(call: ToolCall, index: int) -> ToolCallDelta:
    arguments = written(dict(call.arguments))
    return ToolCallDelta(
        index=index, id=call.id, name=call.name, arguments=arguments, signature=call.signature
    )
