"""The anthropic package's own types, closed to what they do not name."""

from collections.abc import Mapping
from typing import Any

import anthropic.types as sdk
from anthropic.types.message_create_params import (
    MessageCreateParamsNonStreaming,
    MessageCreateParamsStreaming,
)
from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import is_typeddict

from drained import exhaust

_CLOSED = with_config(ConfigDict(extra="forbid"))
for each in vars(sdk).values():
    if is_typeddict(each) and not hasattr(each, "__pydantic_config__"):
        _CLOSED(each)
_WHOLE = {
    False: TypeAdapter(_CLOSED(MessageCreateParamsNonStreaming)),
    True: TypeAdapter(_CLOSED(MessageCreateParamsStreaming)),
}
# In the SDK's union a block may also be one of an answer, which is open to anything; so each is looked at
# alone.
_BLOCKS = {
    "text": TypeAdapter(sdk.TextBlockParam),
    "image": TypeAdapter(sdk.ImageBlockParam),
    "document": TypeAdapter(sdk.DocumentBlockParam),
    "thinking": TypeAdapter(sdk.ThinkingBlockParam),
    "redacted_thinking": TypeAdapter(sdk.RedactedThinkingBlockParam),
    "tool_use": TypeAdapter(sdk.ToolUseBlockParam),
    "tool_result": TypeAdapter(sdk.ToolResultBlockParam),
}


def valid(body: Mapping[str, Any], *, stream: bool = False) -> None:
    exhaust(_WHOLE[stream].validate_python(body))
    for turn in body["messages"]:
        content = turn["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            exhaust(_BLOCKS[block["type"]].validate_python(block))
