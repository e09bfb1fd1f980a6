"""Parts of messages, as chat completions have them."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from interlock import Audio, Document, Image, Reasoning, Refusal, RequestError, Text
from interlock.types.messages import Part
from interlock_server.dialects.media import NO_FILE_IDS, bytes_of, source_of
from interlock_server.dialects.reading import Fields, kind_of

USERS = frozenset({"text", "image_url", "input_audio", "file"})
TOOLS = frozenset({"text", "image_url", "file"})
ASSISTANTS = frozenset({"text", "refusal", "thinking"})
SYSTEMS = frozenset({"text"})
PICTURES = frozenset({"image_url"})

_MARKS = ("cache_control", "prompt_cache_breakpoint")
_AUDIO = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_DETAILS = ("auto", "low", "high")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def content_of(value: Any, path: str, kinds: Collection[str]) -> str | list[Part]:
    """Text, or parts of these kinds. Text alone stays text; nothing is empty text.

    Raises:
        RequestError: neither, or a part that does not belong there.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise RequestError(f"expected text or a list of parts, not {kind_of(value)}", key=path)
    return parts_of(value, path, kinds)


def parts_of(values: Sequence[Any], path: str, kinds: Collection[str]) -> list[Part]:
    """Parts of these kinds. Raises RequestError for any other."""
    return [_part(each, f"{path}.{index}", kinds) for index, each in enumerate(values)]


def _part(value: Any, path: str, kinds: Collection[str]) -> Part:
    if not isinstance(value, dict):
        raise RequestError(f"expected an object, not {kind_of(value)}", key=path)
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        known = f"{kind!r:.40}" if isinstance(kind, str) else kind_of(kind)
        what = f"{known} is no kind of part here; there are {', '.join(sorted(kinds))}"
        raise RequestError(what, key=f"{path}.type")
    return _READERS[kind](value, path)


@cache
def _known(*names: str) -> frozenset[str]:
    return frozenset({"index", "type", *_MARKS, *names})


def _fields(value: Mapping[str, Any], path: str, *names: str) -> Fields:
    return Fields(value, path, _known(*names))


def _text(value: Mapping[str, Any], path: str) -> Text:
    fields = _fields(value, path, "text")
    return Text(fields.needed_text("text"), cache=any(mark in fields for mark in _MARKS))


def _refusal(value: Mapping[str, Any], path: str) -> Refusal:
    return Refusal(_fields(value, path, "refusal").needed_text("refusal"))


def _image(value: Mapping[str, Any], path: str) -> Image:
    fields = _fields(value, path, "image_url")
    if isinstance(fields.get("image_url"), str):
        return Image(**source_of(fields.needed_text("image_url"), fields.at("image_url")))
    spec = fields.inner("image_url", frozenset({"url", "detail"}))
    if spec is None:
        raise fields.wrong("image_url", "expected an object with a url")
    return Image(**source_of(spec.needed_text("url"), spec.at("url")), detail=spec.one_of("detail", _DETAILS))


def _audio(value: Mapping[str, Any], path: str) -> Audio:
    spec = _fields(value, path, "input_audio").inner("input_audio", frozenset({"data", "format"}))
    if spec is None:
        raise RequestError("expected an object with data and format", key=f"{path}.input_audio")
    form = spec.one_of("format", _AUDIO)
    if form is None:
        raise spec.wrong("format", f"expected {' or '.join(_AUDIO)}")
    return Audio(data=bytes_of(spec.needed_text("data"), spec.at("data")), media_type=_AUDIO[form])


def _file(value: Mapping[str, Any], path: str) -> Document:
    spec = _fields(value, path, "file").inner("file", frozenset({"file_data", "filename", "file_id"}))
    if spec is None:
        raise RequestError("expected an object with file_data", key=f"{path}.file")
    if "file_id" in spec:
        raise spec.wrong("file_id", NO_FILE_IDS)
    data, where = spec.needed_text("file_data"), spec.at("file_data")
    # Some clients leave out the head of a data URL, and send what follows it.
    source = source_of(data, where) if _SCHEME.match(data) else {"data": bytes_of(data, where)}
    return Document(**source, name=spec.text("filename"))


def _thinking(value: Mapping[str, Any], path: str) -> Reasoning:
    """What some servers put at the head of an answer's parts. Nobody can check a thought from elsewhere."""
    fields = _fields(value, path, "thinking", "signature", "closed")
    if isinstance(fields.get("thinking"), str):
        return Reasoning(fields.needed_text("thinking"))
    texts = content_of(fields.listed("thinking"), fields.at("thinking"), SYSTEMS)
    return Reasoning("".join(each.text for each in texts if isinstance(each, Text)))


_READERS: Mapping[str, Callable[[Mapping[str, Any], str], Part]] = {
    "text": _text,
    "refusal": _refusal,
    "image_url": _image,
    "input_audio": _audio,
    "file": _file,
    "thinking": _thinking,
}
