"""Responses and chunks as LangChain's messages."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata
from langchain_core.messages.tool import ToolCallChunk, tool_call, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.utils.json import parse_partial_json
from langchain_core.utils.pydantic import is_basemodel_subclass

from interlock import (
    Audio,
    Chunk,
    Citation,
    Document,
    Image,
    InterlockError,
    OutputInvalid,
    Reasoning,
    Refusal,
    Response,
    Router,
    Text,
    ToolCallDelta,
    Usage,
    attempts_to_plain,
)
from langchain_interlock.metadata import metadata_of

_MEDIA = (Image, Audio, Document)
_KINDS: Mapping[type, str] = {Image: "image", Audio: "audio", Document: "file"}


def message_out(
    response: Response, name: str | None, router: Router, *, v1: bool, asked: Mapping[str, Any]
) -> AIMessage:
    """The whole answer. `name` is what the model was asked for by, if it was; `asked` are the arguments."""
    return AIMessage(
        content=_blocks(response) if v1 else _content(response),
        tool_calls=[tool_call(name=c.name, args=dict(c.arguments), id=c.id) for c in response.tool_calls],
        additional_kwargs={**_additional(response, v1=v1), **_as_asked(response, asked)},
        usage_metadata=usage_of(response.usage),
        response_metadata=metadata_of(response, name, router),
    )


def misfit_out(error: InterlockError, misfit: OutputInvalid) -> AIMessage:
    """The text of an answer that does not fit its schema, marked as such."""
    served = {"misfit": misfit.message, "attempts": attempts_to_plain(error.attempts)}
    return AIMessage(content=misfit.text, response_metadata={"interlock": served})


def usage_of(usage: Usage) -> UsageMetadata | None:
    """None where nobody counted; input includes the cache's, output the reasoning's, as LangChain has it."""
    if usage.input_tokens is None and usage.output_tokens is None:
        return None
    given, made = usage.input_tokens or 0, usage.output_tokens or 0
    counted = UsageMetadata(input_tokens=given, output_tokens=made, total_tokens=given + made)
    details = InputTokenDetails()
    if usage.cache_read is not None:
        details["cache_read"] = usage.cache_read
    if usage.cache_write is not None:
        details["cache_creation"] = usage.cache_write
    if details:
        counted["input_token_details"] = details
    if usage.reasoning is not None:
        counted["output_token_details"] = OutputTokenDetails(reasoning=usage.reasoning)
    return counted


def result_content(content: str | Sequence[Text | Image | Audio | Document]) -> str | list[Any]:
    """What a tool gave, as a tool message's content."""
    if isinstance(content, str):
        return content
    return [
        {"type": "text", "text": part.text} if isinstance(part, Text) else _medium(part) for part in content
    ]


class ChunkWriter:
    """Writes one stream's chunks; folded together they are what `message_out` makes of its response."""

    def __init__(self, name: str | None, router: Router, *, v1: bool, asked: Mapping[str, Any]) -> None:
        self._asked = asked
        self._name = name
        self._router = router
        self._v1 = v1
        self._kind = ""
        self._index = -1
        self._calls: dict[int, tuple[int, str | None, list[str]]] = {}

    def write(self, chunk: Chunk) -> Iterator[ChatGenerationChunk]:
        if chunk.restart:
            self._kind, self._index, self._calls = "", -1, {}
            yield _chunk("", response_metadata={"interlock": {"restart": True}})
        if chunk.reasoning:
            yield self._thought(chunk.reasoning)
        if chunk.text:
            yield self._said(chunk.text)
        for delta in chunk.tool_call_deltas:
            yield self._called(delta)
        if chunk.response is not None:
            yield from self._closing(chunk.response)

    def _thought(self, text: str) -> ChatGenerationChunk:
        index = self._at("reasoning")
        if self._v1:
            return _chunk([{"type": "reasoning", "reasoning": text, "index": index}])
        return _chunk("", additional_kwargs={"reasoning_content": text})

    def _said(self, text: str) -> ChatGenerationChunk:
        index = self._at("text")
        return _chunk([{"type": "text", "text": text, "index": index}] if self._v1 else text)

    def _called(self, delta: ToolCallDelta) -> ChatGenerationChunk:
        known = self._calls.get(delta.index)
        if known is None:
            known = self._calls[delta.index] = (self._at(""), delta.id, [])
        elif delta.id is not None and known[1] is None:
            known = self._calls[delta.index] = (known[0], delta.id, known[2])
        known[2].append(delta.arguments)
        return _call_chunk(
            tool_call_chunk(name=delta.name, args=delta.arguments, id=delta.id, index=known[0])
        )

    def _at(self, kind: str) -> int:
        """The index of the block that grows; every tool call is a block of its own."""
        if not kind or kind != self._kind:
            self._kind = kind
            self._index += 1
        return self._index

    def _closing(self, response: Response) -> Iterator[ChatGenerationChunk]:
        yield from self._calls_left(response)
        media = [part for part in response.message.parts if isinstance(part, _MEDIA)]
        if media:
            yield _chunk([{**_medium(part), "index": self._at("")} for part in media])
        additional = _additional(response, v1=self._v1)
        additional.pop("reasoning_content", None)  # it came with the stream
        cited = _annotations(response) if self._v1 else []
        if cited:
            yield _chunk([{"type": "text", "text": "", "annotations": cited, "index": self._at("text")}])
        yield _chunk(
            "",
            additional_kwargs={**additional, **_as_asked(response, self._asked)},
            usage_metadata=usage_of(response.usage),
            response_metadata=metadata_of(response, self._name, self._router),
            chunk_position="last",
        )

    def _calls_left(self, response: Response) -> Iterator[ChatGenerationChunk]:
        """Calls that came whole, ids that came at the end, and the mark on calls that were cut off."""
        if not self._calls:
            for call in response.tool_calls:
                written = json.dumps(dict(call.arguments), ensure_ascii=False)
                yield _call_chunk(
                    tool_call_chunk(name=call.name, args=written, id=call.id, index=self._at(""))
                )
            return
        whole = {call.id for call in response.tool_calls}
        for order, (index, id_, pieces) in self._calls.items():
            made = id_ or f"call_{order}"
            if made not in whole:
                yield _call_chunk(
                    tool_call_chunk(name=None, args=_unreadable("".join(pieces)), id=None, index=index)
                )
            elif id_ is None:
                yield _call_chunk(tool_call_chunk(name=None, args="", id=made, index=index))


def _unreadable(arguments: str) -> str:
    """What makes half of a call's arguments no JSON for good.

    LangChain closes what is open in a stream's last arguments, and would hand out half a call as a whole one.
    """
    closing = "]" * (arguments.count("[") + 1)
    for suffix in (closing, f'"{closing}', f'""{closing}'):
        try:
            if not isinstance(parse_partial_json(arguments + suffix), dict):
                return suffix
        except ValueError:
            return suffix
    raise AssertionError("a closing bracket without an opening one is never JSON")


def _content(response: Response) -> str | list[str | dict[Any, Any]]:
    """Text where that says everything."""
    media = [part for part in response.message.parts if isinstance(part, _MEDIA)]
    if not media:
        return response.text
    said: list[str | dict[Any, Any]] = [response.text] if response.text else []
    return [*said, *(_medium(part) for part in media)]


def _blocks(response: Response) -> list[str | dict[Any, Any]]:
    """LangChain's standard blocks, in the vendor's order."""
    blocks: list[str | dict[Any, Any]] = []
    for part in response.message.parts:
        if isinstance(part, Text) and part.text:
            block: dict[Any, Any] = {"type": "text", "text": part.text}
            if part.citations:
                block["annotations"] = [_cited(each) for each in part.citations]
            blocks.append(block)
        elif isinstance(part, Reasoning) and part.text:
            blocks.append({"type": "reasoning", "reasoning": part.text})
        elif isinstance(part, Refusal) and part.text == response.text:
            blocks.append({"type": "text", "text": part.text})
        elif isinstance(part, _MEDIA):
            blocks.append(_medium(part))
    calls = response.tool_calls
    blocks += [
        {"type": "tool_call", "id": call.id, "name": call.name, "args": dict(call.arguments)}
        for call in calls
    ]
    return blocks


def _additional(response: Response, *, v1: bool) -> dict[str, Any]:
    """What has no place in the content: everything but refusals has one in standard blocks."""
    given: dict[str, Any] = {}
    refused = "".join(part.text for part in response.message.parts if isinstance(part, Refusal))
    if refused:
        given["refusal"] = refused
    if not v1:
        if response.reasoning:
            given["reasoning_content"] = response.reasoning
        if annotations := _annotations(response):
            given["annotations"] = annotations
    return given


def _as_asked(response: Response, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What those find here who ask by functions, or for an instance of a class."""
    given: dict[str, Any] = {}
    if asked.get("functions") and response.tool_calls:
        call = response.tool_calls[0]
        written = json.dumps(dict(call.arguments), ensure_ascii=False)
        given["function_call"] = {"name": call.name, "arguments": written}
    wanted = asked.get("response_format")
    if isinstance(wanted, type) and is_basemodel_subclass(wanted) and response.parsed is not None:
        with suppress(ValueError):
            given["parsed"] = wanted(**response.parsed)
    return given


def _annotations(response: Response) -> list[dict[str, Any]]:
    parts = response.message.parts
    return [_cited(each) for part in parts if isinstance(part, Text) for each in part.citations]


def _cited(citation: Citation) -> dict[str, Any]:
    written = {
        "type": "citation",
        "url": citation.url,
        "title": citation.title,
        "cited_text": citation.quote,
        "start_index": citation.start,
        "end_index": citation.end,
    }
    return {key: value for key, value in written.items() if value is not None}


def _medium(part: Image | Audio | Document) -> dict[str, Any]:
    block: dict[str, Any] = {"type": _KINDS[type(part)]}
    if part.data is not None:
        block["base64"] = base64.b64encode(part.data).decode("ascii")
    elif part.url is not None:
        block["url"] = part.url
    else:
        block["file_id"] = part.file_id
    if part.media_type is not None:
        block["mime_type"] = part.media_type
    return block


def _chunk(content: str | list[Any], **more: Any) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=content, **more))


def _call_chunk(chunk: ToolCallChunk) -> ChatGenerationChunk:
    return _chunk("", tool_call_chunks=[chunk])
