"""Parts of messages and of tools' results, as Responses have them."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from interlock import Audio, Citation, Document, Image, Refusal, RequestError, Text
from interlock.types.messages import Part
from interlock_server.dialects.media import NO_FILE_IDS, bytes_of, source_of
from interlock_server.dialects.reading import Fields, kind_of

USERS = frozenset({"input_text", "input_image", "input_file", "input_audio", "output_text", "text"})
RESULTS = frozenset({"input_text", "input_image", "input_file", "output_text", "text"})
ASSISTANTS = frozenset({"output_text", "refusal", "input_text", "text"})
SYSTEMS = frozenset({"input_text", "output_text", "text"})

_TEXT = frozenset({"annotations", "logprobs", "parsed", "prompt_cache_breakpoint", "text", "type"})
_REFUSAL = frozenset({"refusal", "type"})
_IMAGE = frozenset({"detail", "file_id", "image_url", "prompt_cache_breakpoint", "type"})
_FILE = frozenset(
    {"detail", "file_data", "file_id", "file_url", "filename", "prompt_cache_breakpoint", "type"}
)
_SOUND = frozenset({"input_audio", "type"})
_DETAILS = ("auto", "low", "high", "original")
_FORMATS = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def content_of(value: Any, path: str, kinds: Collection[str]) -> str | tuple[Part, ...]:
    """Text, or parts of these kinds. Text alone is text, in whichever form it was written.

    Raises:
        RequestError: what is neither, or a part that may not stand there.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise RequestError(f"expected text or a list of parts, not {kind_of(value)}", key=path)
    parts = tuple(_part(each, f"{path}.{index}", kinds) for index, each in enumerate(value))
    return simple(parts)


def simple(parts: tuple[Part, ...]) -> str | tuple[Part, ...]:
    """Text where there is nothing else."""
    if not parts:
        return ""
    if len(parts) == 1 and isinstance(parts[0], Text) and parts[0] == Text(parts[0].text):
        return parts[0].text
    return parts


def _part(value: Any, path: str, kinds: Collection[str]) -> Part:
    if not isinstance(value, dict):
        raise RequestError(f"expected a part, not {kind_of(value)}", key=path)
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        shown = f"{kind!r:.40}" if isinstance(kind, str) else kind_of(kind)
        what = f"{shown} is no part that may stand here; there are {', '.join(sorted(kinds))}"
        raise RequestError(what, key=f"{path}.type")
    return _READERS[kind](value, path)


def _text(value: Mapping[str, Any], path: str) -> Text:
    fields = Fields(value, path, _TEXT)
    cited = tuple(_cited(fields.listed("annotations") or ()))
    return Text(fields.needed_text("text"), citations=cited, cache="prompt_cache_breakpoint" in fields)


def _cited(annotations: Collection[Any]) -> list[Citation]:
    """Sources on the web. Places of a vendor's files mean nothing elsewhere, and change nothing here."""
    found = []
    for each in annotations:
        if not isinstance(each, Mapping) or each.get("type") != "url_citation":
            continue
        url, title, start, end = (each.get(name) for name in ("url", "title", "start_index", "end_index"))
        placed = type(start) is int and type(end) is int and 0 <= start < end
        if isinstance(url, str) and url:
            named = title if isinstance(title, str) and title else None
            found.append(
                Citation(url=url, title=named, start=start if placed else None, end=end if placed else None)
            )
    return found


def _refusal(value: Mapping[str, Any], path: str) -> Refusal:
    return Refusal(Fields(value, path, _REFUSAL).needed_text("refusal"))


def _image(value: Mapping[str, Any], path: str) -> Image:
    fields = Fields(value, path, _IMAGE)
    if "file_id" in fields:
        raise fields.wrong("file_id", NO_FILE_IDS)
    source = source_of(fields.needed_text("image_url"), fields.at("image_url"))
    return Image(**source, detail=fields.one_of("detail", _DETAILS))


def _file(value: Mapping[str, Any], path: str) -> Document:
    fields = Fields(value, path, _FILE)
    if "file_id" in fields:
        raise fields.wrong("file_id", NO_FILE_IDS)
    if ("file_url" in fields) == ("file_data" in fields):
        raise fields.wrong("file_data", "expected either file_data or file_url")
    name = "file_url" if "file_url" in fields else "file_data"
    given, where = fields.needed_text(name), fields.at(name)
    # Some clients leave out the head of a data URL, and send what follows it.
    is_url = name == "file_url" or _SCHEME.match(given) is not None
    source = source_of(given, where) if is_url else {"data": bytes_of(given, where)}
    return Document(**source, name=fields.text("filename"))


def _sound(value: Mapping[str, Any], path: str) -> Audio:
    spec = Fields(value, path, _SOUND).inner("input_audio", frozenset({"data", "format"}))
    if spec is None:
        raise RequestError("expected an object with data and format", key=f"{path}.input_audio")
    form = spec.one_of("format", _FORMATS)
    if form is None:
        raise spec.wrong("format", f"expected {' or '.join(_FORMATS)}")
    return Audio(data=bytes_of(spec.needed_text("data"), spec.at("data")), media_type=_FORMATS[form])


_READERS: Mapping[str, Callable[[Mapping[str, Any], str], Part]] = {
    "input_text": _text,
    "output_text": _text,
    "text": _text,
    "refusal": _refusal,
    "input_image": _image,
    "input_file": _file,
    "input_audio": _sound,
}
