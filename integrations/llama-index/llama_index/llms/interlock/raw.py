"""`response.raw`: an answer in the shape of OpenAI's chat completions, which many programs read.

It holds nothing that the response does not.
"""

import json
from collections.abc import Mapping
from typing import Any

from llama_index.core.bridge.pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from interlock import Response, ToolCall, Usage


class Readable(BaseModel):
    """Read by attribute, and by key as a mapping is."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    def keys(self) -> list[str]:
        return [name for name, _ in self]

    def values(self) -> list[Any]:
        return [self[name] for name in self.keys()]

    def items(self) -> list[tuple[str, Any]]:
        return [(name, self[name]) for name in self.keys()]

    def get(self, name: str, default: Any = None) -> Any:
        return getattr(self, name) if name in self.keys() else default

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return getattr(self, name)


class Counts(Readable):
    """By attribute None where nobody knows; by key, and written down, what is known alone.

    Core's counter would add up a None that stands there, and counts itself where nothing does.
    """

    def keys(self) -> list[str]:
        return [name for name, value in self if value is not None]

    @model_serializer(mode="wrap")
    def _known(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}


class InputDetails(Counts):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class OutputDetails(Counts):
    reasoning_tokens: int | None = None


class Tokens(Counts):
    """Of the attempt that answered."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: InputDetails | None = None
    completion_tokens_details: OutputDetails | None = None


class Function(Readable):
    name: str
    arguments: str


class Called(Readable):
    id: str | None = None
    type: str = "function"
    function: Function


class Said(Readable):
    """A message, or what a step of a stream adds to one."""

    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[Called] | None = None


class Choice(Readable):
    index: int = 0
    message: Said | None = None
    delta: Said | None = None
    finish_reason: str | None = None
    logprobs: Any = None


class Raw(Readable):
    """`id` is the record's; `interlock` says who answered, why, and what was tried.

    A stream's steps hold a `delta`; its last one holds the whole answer's message as well.
    """

    id: str | None = None
    object: str = "chat.completion"
    created: int | None = None
    model: str | None = None
    choices: list[Choice]
    usage: Tokens | None = None
    finish_reason: str | None = None
    interlock: dict[str, Any] | None = None
    extra: Any = None


def raw_of(response: Response, about: dict[str, Any], extra: Any, *, streamed: bool) -> Raw:
    """`extra` is the response's, as JSON has it."""
    refused = response.finish_reason == "refusal"
    said = Said(
        role="assistant",
        content=response.text or None,
        refusal=response.text if refused else None,
        tool_calls=[Called(**written(call)) for call in response.tool_calls] or None,
    )
    choice = Choice(
        message=said,
        delta=Said() if streamed else None,
        finish_reason=response.finish_reason,
        logprobs=extra.get("logprobs") if isinstance(extra, Mapping) else None,
    )
    return Raw(
        id=response.record.id,
        created=int(response.record.started),
        model=response.served_model or response.model,
        choices=[choice],
        usage=_usage(response.usage),
        finish_reason=response.finish_reason,
        interlock=about,
        extra=extra or None,
    )


def step_of(text: str) -> Raw:
    """Of a stream's step, about which nothing but its text is known yet."""
    delta = Said.model_construct(content=text or None)
    return Raw.model_construct(object="chat.completion.chunk", choices=[Choice.model_construct(delta=delta)])


def written_call(id_: str | None, name: str, arguments: str) -> dict[str, Any]:
    """A call in OpenAI's form, under which core's programs look for calls in `additional_kwargs`."""
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def written(call: ToolCall) -> dict[str, Any]:
    return written_call(call.id, call.name, json.dumps(dict(call.arguments), ensure_ascii=False))


def counts(usage: Usage) -> dict[str, int]:
    """Tokens by the names that core's counters know. What nobody counted is left out, for them to count."""
    known = (usage.input_tokens, usage.output_tokens)
    found = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": None if None in known else sum(filter(None, known)),
    }
    return {name: count for name, count in found.items() if count is not None}


def _usage(usage: Usage) -> Tokens:
    before, after = (usage.cache_read, usage.cache_write), usage.reasoning
    return Tokens(
        **counts(usage),
        prompt_tokens_details=None
        if before == (None, None)
        else InputDetails(cached_tokens=before[0], cache_write_tokens=before[1]),
        completion_tokens_details=None if after is None else OutputDetails(reasoning_tokens=after),
    )
