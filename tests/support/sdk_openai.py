"""The openai package's own types, closed to what they do not name."""

from collections.abc import Mapping
from typing import Any

from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import ConfigDict, TypeAdapter, with_config

from drained import exhaust

_CLOSED = with_config(ConfigDict(extra="forbid"))
_WHOLE = {
    False: TypeAdapter(_CLOSED(CompletionCreateParamsNonStreaming)),
    True: TypeAdapter(_CLOSED(CompletionCreateParamsStreaming)),
}
_RESPONSES = {
    False: TypeAdapter(_CLOSED(ResponseCreateParamsNonStreaming)),
    True: TypeAdapter(_CLOSED(ResponseCreateParamsStreaming)),
}
# What vendors of this dialect take and the SDK does not know.
_OWN_KEYS = {"reasoning_content", "reasoning", "reasoning_details"}
_OWN_PIECES = {"thinking", "document_url", "file_url"}


def valid(body: Mapping[str, Any], *, stream: bool = False) -> None:
    exhaust(_WHOLE[stream].validate_python(body))


def valid_but_for_own(body: Mapping[str, Any]) -> None:
    """For the SDK's own vendor no more than `valid`; others may add what is known of them."""
    valid({**body, "messages": [_plain(message) for message in body["messages"]]})


def _plain(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in message.items() if key not in _OWN_KEYS}
    if isinstance(kept.get("content"), list):
        own = _OWN_PIECES | ({"image_url"} if message["role"] == "tool" else set())
        kept["content"] = [piece for piece in kept["content"] if piece["type"] not in own] or ""
    return kept


def valid_response(body: Mapping[str, Any]) -> None:
    """The SDK wants ids of items that the vendor made; the vendor itself does not."""
    made = {"message": {"id": "msg_0"}, "reasoning": {"id": "rs_0"}}
    items = [{**made.get(item.get("type"), {}), **item} for item in body["input"]]
    exhaust(_RESPONSES[bool(body.get("stream"))].validate_python({**body, "input": items}))
