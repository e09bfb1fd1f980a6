"""What a client is told of a run: its outcome in words for a model, and as data for a program."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    TextContent,
)

from interlock import (
    Audio,
    Document,
    Image,
    InterlockError,
    NoDeployment,
    ProviderError,
    Text,
    ToolCall,
    ToolOutcome,
)

KEY = "interlock/key"
"""Of `_meta`: names the effect of a call, so that it happens once however often it is asked for."""
_BYTES = "application/octet-stream"


def told_outcome(outcome: ToolOutcome, call: ToolCall, *, key: str, repeatable: bool) -> CallToolResult:
    """`repeatable` says that a run in doubt may be done again under its key."""
    said = outcome.result(call).content
    parts = [Text(said)] if isinstance(said, str) else list(said)
    data: dict[str, Any] = {"outcome": outcome.outcome}
    content = outcome.content
    data["content"] = content if isinstance(content, str) else "\n".join(_words(each) for each in content)
    for name in ("reason", "retry_after", "receipt", "more"):
        if (value := getattr(outcome, name)) is not None:
            data[name] = value
    if outcome.truncated:
        data["truncated"] = True
    doubtful = outcome.outcome == "unknown"
    if doubtful:
        data["repeat"] = "with the same key" if repeatable else "never: a person has to look"
    return CallToolResult(
        content=[_block(each) for each in parts],
        structured_content=data,
        is_error=outcome.outcome != "done",
        _meta={KEY: key} if doubtful and repeatable else None,
    )


def told_refusal(words: str, *, reason: str, **facts: Any) -> CallToolResult:
    """Nothing was run. `reason` is one word, `facts` go beside it where they are known."""
    data = {"outcome": "refused", "reason": reason, "content": words}
    data |= {name: value for name, value in facts.items() if value is not None}
    return CallToolResult(
        content=[TextContent(type="text", text=words)], structured_content=data, is_error=True
    )


def told_error(error: InterlockError) -> CallToolResult:
    """Of a question to a model that has no answer: what went wrong, and what was tried."""
    data: dict[str, Any] = {"error": type(error).__name__, "content": f"Error: {error}"}
    if (wait := getattr(error, "retry_after", None)) is not None:
        data["retry_after"] = wait
    if isinstance(error, NoDeployment):
        data["excluded"] = dict(error.excluded)
    if isinstance(error, ProviderError) and error.deployment:
        data["deployment"] = error.deployment
    if error.attempts:
        data["attempts"] = [
            {"deployment": each.deployment, "error": None if each.error is None else each.error.kind}
            for each in error.attempts
        ]
    words = TextContent(type="text", text=data["content"])
    return CallToolResult(content=[words], structured_content=data, is_error=True)


def told_data(data: Mapping[str, Any], text: str | None = None) -> CallToolResult:
    """What was asked for: as data, and as text for those who read no other."""
    words = json.dumps(data, ensure_ascii=False) if text is None else text
    return CallToolResult(content=[TextContent(type="text", text=words)], structured_content=dict(data))


def _words(part: Text | Image | Document | Audio) -> str:
    return part.text if isinstance(part, Text) else f"[{type(part).__name__.lower()}]"


def _block(part: Any) -> ContentBlock:
    if isinstance(part, Text):
        return TextContent(type="text", text=part.text)
    if part.data is None:
        return TextContent(type="text", text=f"[{type(part).__name__.lower()}: {part.url}]")
    data = base64.b64encode(part.data).decode()
    if isinstance(part, Image):
        return ImageContent(type="image", data=data, mime_type=part.media_type or "image/png")
    if isinstance(part, Audio):
        return AudioContent(type="audio", data=data, mime_type=part.media_type or "audio/wav")
    blob = BlobResourceContents(uri="interlock:document", blob=data, mime_type=part.media_type or _BYTES)
    return EmbeddedResource(type="resource", resource=blob)
