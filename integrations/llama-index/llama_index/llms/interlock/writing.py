"""From Interlock's answers to LlamaIndex's responses."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CitationBlock,
    CompletionResponse,
    ContentBlock,
    LogProb,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)

from interlock import (
    Citation,
    Message,
    Reasoning,
    Refusal,
    Response,
    Router,
    Text,
    ToolCall,
    response_to_plain,
)
from llama_index.llms.interlock.media import as_block
from llama_index.llms.interlock.raw import counts, raw_of, written
from llama_index.llms.interlock.reading import ROUTED


def chat_response(response: Response, router: Router, delta: str | None = None) -> ChatResponse:
    about = _about(response, router)
    return ChatResponse(
        message=_message(response),
        raw=raw_of(response, about, jsonable(response.extra), streamed=delta is not None),
        delta=delta,
        logprobs=_logprobs(response.extra.get("logprobs")),
        additional_kwargs=counts(response.usage) | {ROUTED: about},
    )


def completion_response(response: Response, router: Router, delta: str | None = None) -> CompletionResponse:
    about = _about(response, router)
    said: dict[str, Any] = counts(response.usage) | {ROUTED: about}
    if response.tool_calls:
        said["tool_calls"] = [written(call) for call in response.tool_calls]
    if response.reasoning:
        said["thinking"] = response.reasoning
    return CompletionResponse(
        text=response.text,
        raw=raw_of(response, about, jsonable(response.extra), streamed=delta is not None),
        delta=delta,
        logprobs=_logprobs(response.extra.get("logprobs")),
        additional_kwargs=said,
    )


def jsonable(value: Any) -> Any:
    """The value in what JSON has: dataclasses and mappings as objects, sequences and sets as lists."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [jsonable(item) for item in value]
    return str(value)


def _message(response: Response) -> ChatMessage:
    said: dict[str, Any] = {}
    if response.tool_calls:
        # Prompts and token counts are made of a message's additional_kwargs too: only what a tool loop
        # needs stands there, and the rest in the response's.
        said["tool_calls"] = [written(call) for call in response.tool_calls]
        said[ROUTED] = {"deployment": response.deployment}
        if proofs := _proofs(response.tool_calls):
            said[ROUTED]["signatures"] = proofs
    return ChatMessage(
        role=MessageRole.ASSISTANT,
        blocks=_blocks(response.message, response.usage.reasoning),
        additional_kwargs=said,
    )


def _blocks(message: Message, thought_tokens: int | None) -> list[ContentBlock]:
    """Blocks in the vendor's order. Neighbouring texts are one, as core puts lines between blocks."""
    blocks: list[ContentBlock] = []
    citations: list[ContentBlock] = []
    thoughts = sum(isinstance(part, Reasoning) for part in message.parts)
    for part in message.parts:
        if isinstance(part, Text):
            last = blocks[-1] if blocks else None
            before = last.text if isinstance(last, TextBlock) else ""
            citations.extend(_citation(citation, len(before)) for citation in part.citations)
            if isinstance(last, TextBlock):
                blocks[-1] = TextBlock(text=before + part.text)
            elif part.text:
                blocks.append(TextBlock(text=part.text))
        elif isinstance(part, Reasoning):
            blocks.append(_thought(part, thought_tokens if thoughts == 1 else None))
        elif isinstance(part, ToolCall):
            call = ToolCallBlock(tool_call_id=part.id, tool_name=part.name, tool_kwargs=dict(part.arguments))
            blocks.append(call)
        elif isinstance(part, Refusal):
            if not message.text:
                blocks.append(TextBlock(text=part.text))
        elif (block := as_block(part)) is not None:  # type: ignore[arg-type]  # an answer holds no tool results
            blocks.append(block)
    return blocks + citations


def _thought(part: Reasoning, tokens: int | None) -> ThinkingBlock:
    about = {
        "signature": part.signature,
        "vendor": part.vendor,
        "origin": part.origin,
        "redacted": part.redacted or None,
    }
    return ThinkingBlock(
        content=part.text or None,
        num_tokens=tokens,
        additional_information={key: value for key, value in about.items() if value is not None},
    )


def _citation(citation: Citation, offset: int) -> CitationBlock:
    """Offsets count from the start of the text block."""
    where = {"start": citation.start, "end": citation.end}
    return CitationBlock(
        cited_content=TextBlock(text=citation.quote or ""),
        source=citation.url or citation.title or "",
        title=citation.title or citation.url or "",
        additional_location_info={key: at + offset for key, at in where.items() if at is not None},
    )


def _proofs(calls: Iterable[ToolCall]) -> dict[str, Any]:
    """What a vendor wants back with its calls; a tool call block has no place for it."""
    return {
        call.id: {"signature": call.signature, "vendor": call.vendor, "origin": call.origin}
        for call in calls
        if call.signature is not None
    }


def _about(response: Response, router: Router) -> dict[str, Any]:
    """Who answered, why, and what was tried, in the shape that ChatInterlock has for LangChain."""
    return response_to_plain(response, router.deployments[response.deployment].provider)


def _logprobs(said: object) -> list[list[LogProb]] | None:
    """Each token's alternatives, the chosen one first, where the vendor has OpenAI's form."""
    tokens = said.get("content") if isinstance(said, Mapping) else None
    if not isinstance(tokens, list):
        return None
    found = []
    for token in tokens:
        others = [other for other in token.get("top_logprobs") or () if other.get("token") != token["token"]]
        found.append([_logprob(each) for each in (token, *others)])
    return found


def _logprob(token: Mapping[str, Any]) -> LogProb:
    return LogProb(token=token["token"], logprob=token["logprob"], bytes=token.get("bytes") or [])
