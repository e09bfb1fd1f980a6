"""What a server's result of a run is as an outcome."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

from mcp import MCPError
from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    InputRequiredResult,
    ResourceLink,
    TextContent,
)
from mcp_types import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    UNSUPPORTED_PROTOCOL_VERSION,
)

from interlock import Audio, Document, Image, RequestError, Text, ToolOutcome
from interlock.fencing import escaped

_LARGEST_RECEIPT = 64 * 1024
# Not INVALID_REQUEST: the SDK's servers end a run so that wants to ask somebody and cannot.
_NOT_RUN = (
    *(PARSE_ERROR, METHOD_NOT_FOUND, INVALID_PARAMS),
    *(HEADER_MISMATCH, UNSUPPORTED_PROTOCOL_VERSION),
)
_ASKS = "the server wants an answer from a person first, and gets none from here"
Part = Text | Image | Document | Audio


def outcome_of(result: CallToolResult | InputRequiredResult, *, errors_undo: bool) -> ToolOutcome:
    """A tool that reports an error has run: what it has done before, nobody knows, unless `errors_undo` says
    that nothing stays done.
    """
    if isinstance(result, InputRequiredResult):
        return ToolOutcome(outcome="unknown", content=_ASKS)
    content = _content(result)
    if result.is_error:
        return ToolOutcome(outcome="refused" if errors_undo else "unknown", content=content)
    return ToolOutcome(outcome="done", content=content, receipt=_receipt(result.structured_content))


def is_text(result: CallToolResult | InputRequiredResult) -> bool:
    """Whether it holds no bytes, of which there may be many."""
    return isinstance(result, InputRequiredResult) or all(
        isinstance(each, TextContent) for each in result.content
    )


def outcome_of_error(error: MCPError) -> ToolOutcome:
    """What an error of the protocol says of a run. Some codes are of what is never begun."""
    words = f"the server refuses: {escaped(error.message)}"
    return ToolOutcome(outcome="refused" if error.code in _NOT_RUN else "unknown", content=words)


def _content(result: CallToolResult) -> str | tuple[Part, ...]:
    parts = [part for block in result.content for part in _parts(block)]
    structured = result.structured_content
    if structured is not None and not any(isinstance(part, Text) for part in parts):
        said = json.dumps(structured, ensure_ascii=False)
        # Some repeat in it what a picture holds, and no model reads that as text.
        if not any(data in said for block in result.content if (data := _bytes_of(block))):
            parts.append(Text(said))
    if all(isinstance(part, Text) for part in parts):
        return "\n".join(part.text for part in parts if isinstance(part, Text))
    return tuple(parts)


def _parts(block: Any) -> Iterator[Part]:
    if isinstance(block, TextContent):
        yield Text(block.text)
    elif isinstance(block, ImageContent):
        yield _media(Image, block.data, block.mime_type)
    elif isinstance(block, AudioContent):
        yield _media(Audio, block.data, block.mime_type)
    elif isinstance(block, ResourceLink):
        # An address is a word of the server's: nothing is fetched from there.
        kind = f", {block.mime_type}" if block.mime_type else ""
        yield Text(f"[a resource, {block.name}{kind}: {block.uri}]")
    elif isinstance(block, EmbeddedResource):
        inner = block.resource
        if isinstance(inner, BlobResourceContents):
            yield _media(_kind(inner.mime_type), inner.blob, inner.mime_type)
        else:
            yield Text(f"[a resource, {inner.uri}]\n{inner.text}")


def _bytes_of(block: Any) -> str:
    """What a block holds as base64."""
    if isinstance(block, ImageContent | AudioContent):
        return block.data
    inner = block.resource if isinstance(block, EmbeddedResource) else None
    return inner.blob if isinstance(inner, BlobResourceContents) else ""


def _kind(mime_type: str | None) -> type[Image | Audio | Document]:
    family = (mime_type or "").partition("/")[0]
    return {"image": Image, "audio": Audio}.get(family, Document)


def _media(kind: type[Image | Audio | Document], data: str, mime_type: str | None) -> Part:
    try:
        return kind(data=base64.b64decode(data, validate=True), media_type=mime_type)
    except (binascii.Error, ValueError):
        return Text("[something that is no base64 was left out]")


def _receipt(structured: Any) -> Mapping[str, Any] | None:
    """Structured content that is an object of a size that is kept, checked to be JSON."""
    if not isinstance(structured, Mapping) or not structured:
        return None
    try:
        small = len(json.dumps(structured, allow_nan=False)) <= _LARGEST_RECEIPT
        return ToolOutcome(outcome="done", receipt=structured).receipt if small else None
    except (ValueError, RecursionError, RequestError):
        return None
