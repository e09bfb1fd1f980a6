"""Blocks of content as parts: LangChain's own (v1), OpenAI's, Anthropic's and Google's."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from interlock import (
    Audio,
    Document,
    Image,
    Reasoning,
    Refusal,
    RequestError,
    Text,
    ToolCall,
    ToolResult,
)
from langchain_interlock.layout import ORIGIN

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _At:
    """A block, where it stands, and whose answer it belongs to, if that is known."""

    block: Block
    key: str
    vendor: str | None
    origin: str | None


# LangChain's names of integrations, where Interlock names the vendor differently.
_VENDORS = {
    "google_genai": "google",
    "google_vertexai": "google",
    "google_anthropic_vertex": "anthropic",
    "bedrock_converse": "bedrock",
    "mistralai": "mistral",
    "azure_openai": "azure",
}


def vendor_named(response_metadata: Mapping[str, Any]) -> str | None:
    """The vendor who answered, who alone may see its own reasoning again; None when the message is silent."""
    served = response_metadata.get("interlock")
    if isinstance(served, Mapping) and isinstance(served.get("provider"), str):
        return str(served["provider"])
    name = response_metadata.get("model_provider")
    return _VENDORS.get(name, name) if isinstance(name, str) else None


def origin_named(response_metadata: Mapping[str, Any]) -> str | None:
    """The endpoint whose signatures an answer of Interlock's holds."""
    served = response_metadata.get("interlock")
    origin = served.get(ORIGIN) if isinstance(served, Mapping) else None
    return origin if isinstance(origin, str) else None


def part_of(block: Any, key: str, *, vendor: str | None = None, origin: str | None = None) -> Any:
    """A part; None for a block that says nothing to any model but its own vendor's.

    Raises:
        RequestError: a block of a known kind that lacks what it needs.
    """
    if isinstance(block, str):
        return Text(block)
    if not isinstance(block, Mapping):
        raise RequestError(f"expected text or a mapping, not {type(block).__name__}", key=key)
    read = _READERS.get(str(block.get("type")))
    return None if read is None else read(_At(block, key, vendor, origin))


def _text(at: _At) -> Text:
    text = at.block.get("text")
    if not isinstance(text, str):
        raise RequestError("a text block needs text", key=at.key)
    return Text(text, cache=bool(at.block.get("cache_control") or _extra(at.block, "cache_control")))


def _reasoning(at: _At) -> Reasoning | None:
    text = at.block.get("reasoning")
    if text is None:  # OpenAI's, whose signature is good for its own kind of conversation alone
        text = "".join(str(part.get("text", "")) for part in at.block.get("summary") or () if part)
    signature = _extra(at.block, "signature") or at.block.get("signature")
    return _thought(str(text), signature, at, at.vendor) if text or signature else None


def _thinking(at: _At) -> Reasoning:
    said = str(at.block.get("thinking", ""))
    return _thought(said, at.block.get("signature"), at, at.vendor or "anthropic")


def _redacted(at: _At) -> Reasoning:
    return replace(_thought("", at.block.get("data"), at, at.vendor or "anthropic"), redacted=True)


def _bedrock_reasoning(at: _At) -> Reasoning | None:
    inner = at.block.get("reasoning_content")
    if not isinstance(inner, Mapping):
        return None
    return _thought(str(inner.get("text", "")), inner.get("signature"), at, at.vendor or "bedrock")


def _thought(text: str, signature: str | None, at: _At, owner: str | None) -> Reasoning:
    origin = at.origin if signature else None
    return Reasoning(text, signature=signature, vendor=owner, origin=origin)


def _refusal(at: _At) -> Refusal:
    return Refusal(str(at.block.get("refusal", "")))


def _image(at: _At) -> Image:
    return Image(**_source(at.block, at.key), detail=at.block.get("detail") or _extra(at.block, "detail"))


def _image_url(at: _At) -> Image:
    """OpenAI's chat form {url, detail}, its responses' form, and a bare URL."""
    spec = at.block.get("image_url")
    inner = spec if isinstance(spec, Mapping) else {"url": spec, "file_id": at.block.get("file_id")}
    return Image(**_source(inner, at.key), detail=inner.get("detail") or at.block.get("detail"))


def _audio(at: _At) -> Audio:
    return Audio(**_source(at.block, at.key))


def _input_audio(at: _At) -> Audio:
    spec = at.block.get("input_audio")
    if not isinstance(spec, Mapping):
        raise RequestError("expected {data, format}", key=f"{at.key}.input_audio")
    return Audio(data=_decoded(spec.get("data"), at.key), media_type=f"audio/{spec.get('format', 'wav')}")


def _file(at: _At) -> Any:
    """A file of whatever type; OpenAI's form has it one level down."""
    inner = at.block.get("file")
    spec = {**at.block, **inner} if isinstance(inner, Mapping) else at.block
    source = _source(spec, at.key)
    kind = str(source.get("media_type") or "").partition("/")[0]
    if kind == "image":
        return Image(**source)
    if kind == "audio":
        return Audio(**source)
    name = next((given for name in ("filename", "name", "title") if (given := _named(spec, name))), None)
    return Document(**source, name=name)


def _document(at: _At) -> Any:
    """Anthropic's, whose source may be text or blocks as well."""
    source = at.block.get("source")
    if isinstance(source, Mapping) and source.get("type") == "text":
        return _plain(replace(at, block={**at.block, "text": source.get("data")}))
    if isinstance(source, Mapping) and source.get("type") == "content":
        content = source.get("content")
        texts = [content] if isinstance(content, str) else [part.get("text", "") for part in content or ()]
        return _plain(replace(at, block={**at.block, "text": "\n".join(texts)}))
    return _file(at)


def _plain(at: _At) -> Document:
    """A document that is text."""
    name = _named(at.block, "title") or _named(at.block, "filename")
    text = at.block.get("text")
    if isinstance(text, str):
        return Document(data=text.encode(), media_type="text/plain", name=name)
    return Document(**{"media_type": "text/plain", **_source(at.block, at.key)}, name=name)


def _search_result(at: _At) -> Text:
    content = "\n".join(str(part.get("text", "")) for part in at.block.get("content") or ())
    return Text(
        "\n".join(str(line) for line in (at.block.get("title"), at.block.get("source"), content) if line)
    )


def _tool_call(at: _At) -> ToolCall | None:
    """A call. One whose arguments are no object keeps its place, since a result may answer it."""
    arguments = at.block.get("args", at.block.get("input", at.block.get("arguments")))
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except ValueError:
            arguments = None
    id_, name = at.block.get("call_id") or at.block.get("id"), at.block.get("name")
    if not id_ or not name:
        return None
    if not isinstance(arguments, Mapping):
        return ToolCall(id=str(id_), name=str(name))
    return ToolCall(id=str(id_), name=str(name), arguments=arguments)


def _tool_result(at: _At) -> ToolResult:
    """Anthropic's, which stands in a user's turn."""
    id_ = at.block.get("tool_use_id")
    if not id_:
        raise RequestError("a tool's result needs the id of its call", key=f"{at.key}.tool_use_id")
    content = at.block.get("content") or ""
    if not isinstance(content, str):
        parts = (part_of(inner, f"{at.key}.content.{index}") for index, inner in enumerate(content))
        content = tuple(part for part in parts if isinstance(part, (Text, Image, Document, Audio)))
    error = bool(at.block.get("is_error")) or at.block.get("status") == "error"
    return ToolResult(id=str(id_), content=content, error=error)


def _foreign(at: _At) -> Any:
    """A block that LangChain could not translate: perhaps we can."""
    return (
        part_of(at.block.get("value"), at.key, vendor=at.vendor, origin=at.origin)
        if at.block.get("value")
        else None
    )


def _source(block: Block, key: str) -> dict[str, Any]:
    """{data | url | file_id, media_type}, from any of the forms."""
    inner = block.get("source")
    if isinstance(inner, Mapping):
        block = {**inner, "base64": inner.get("data")} if inner.get("type") == "base64" else inner
    media_type = block.get("mime_type") or block.get("media_type")
    for name in ("base64", "file_data", "data"):
        if (data := block.get(name)) is not None:
            if isinstance(data, str) and data.startswith("data:"):
                return _from_data_url(data, key)
            return {"data": _decoded(data, key), "media_type": media_type}
    for name in ("url", "file_url", "file_uri"):
        if isinstance(url := block.get(name), str):
            given = _from_data_url(url, key) if url.startswith("data:") else {"url": url}
            return {"media_type": media_type, **given}
    if isinstance(file_id := block.get("file_id") or block.get("id"), str):
        return {"file_id": file_id, "media_type": media_type}
    raise RequestError("expected base64, a url or a file_id", key=key)


def _from_data_url(url: str, key: str) -> dict[str, Any]:
    head, comma, payload = url[len("data:") :].partition(",")
    media_type, _, encoding = head.partition(";")
    if not comma or "base64" not in encoding:
        raise RequestError("expected data:<type>;base64,<data>", key=key)
    return {"data": _decoded(payload, key), "media_type": media_type or None}


def _decoded(value: Any, key: str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError(f"this is not base64: {error}", key=key) from None


def _extra(block: Block, name: str) -> Any:
    extras = block.get("extras")
    return extras.get(name) if isinstance(extras, Mapping) else None


def _named(block: Block, name: str) -> str | None:
    value = block.get(name) or _extra(block, name)
    return str(value) if value else None


_READERS: Mapping[str, Callable[[_At], Any]] = {
    "text": _text,
    "input_text": _text,
    "output_text": _text,
    "text-plain": _plain,
    "reasoning": _reasoning,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "reasoning_content": _bedrock_reasoning,
    "refusal": _refusal,
    "image": _image,
    "image_url": _image_url,
    "input_image": _image_url,
    "audio": _audio,
    "input_audio": _input_audio,
    "file": _file,
    "input_file": _file,
    "media": _file,
    "document": _document,
    "search_result": _search_result,
    "tool_call": _tool_call,
    "tool_use": _tool_call,
    "function_call": _tool_call,
    "tool_result": _tool_result,
    "non_standard": _foreign,
}
