"""What an upstream may go on sending for ever, in every dialect."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import event_stream

Event = Callable[[str], Any]
"""One more event of a flood, which says a word."""


def _openai(**delta: Any) -> Any:
    return {"choices": [{"index": 0, "delta": delta}]}


def _openai_call(word: str) -> Any:
    return _openai(tool_calls=[{"index": 0, "id": "c1", "function": {"name": "look", "arguments": word}}])


def _openai_probabilities(word: str) -> Any:
    seen = {"content": [{"token": word, "logprob": -1.0}]}
    return {"choices": [{"index": 0, "delta": {}, "logprobs": seen}]}


def _anthropic(kind: str, **delta: Any) -> Any:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": kind, **delta}}


def _anthropic_start(**block: Any) -> Any:
    return {"type": "content_block_start", "index": 0, "content_block": block}


def _google(**part: Any) -> Any:
    return {"candidates": [{"content": {"role": "model", "parts": [part]}}]}


def _bedrock(**delta: Any) -> Any:
    return event_stream.event("contentBlockDelta", {"contentBlockIndex": 0, "delta": delta})


def _bedrock_start(**start: Any) -> Any:
    return event_stream.event("contentBlockStart", {"contentBlockIndex": 0, "start": start})


# What comes first, and what comes again and again.
FLOODS: Mapping[str, Mapping[str, tuple[tuple[Any, ...], Event]]] = {
    "openai": {
        "text": ((), lambda word: _openai(content=word)),
        "reasoning": ((), lambda word: _openai(reasoning_content=word)),
        "refusal": ((), lambda word: _openai(refusal=word)),
        "arguments": ((), _openai_call),
        "probabilities": ((), _openai_probabilities),
        "details": ((), lambda word: _openai(reasoning_details=[{"type": "reasoning.text", "text": word}])),
        "keepalive": ((), lambda word: f": {word}\n\n".encode()),
        "blanks": ((), lambda word: b"\n" * (len(word) + 30)),
        "nothing": ((), lambda _: {}),
        "one event": ((b'data: {"a": "',), lambda word: f"{word} and so on".encode()),
        "plain answer": ((b'{"choices": "',), lambda word: f"{word} and so on".encode()),
    },
    "anthropic": {
        "text": (
            (_anthropic_start(type="text", text=""),),
            lambda word: _anthropic("text_delta", text=word),
        ),
        "reasoning": (
            (_anthropic_start(type="thinking", thinking="", signature=""),),
            lambda word: _anthropic("thinking_delta", thinking=word),
        ),
        "signature": (
            (_anthropic_start(type="thinking", thinking="", signature=""),),
            lambda word: _anthropic("signature_delta", signature=word),
        ),
        "arguments": (
            (_anthropic_start(type="tool_use", id="t1", name="look", input={}),),
            lambda word: _anthropic("input_json_delta", partial_json=word),
        ),
        "blanks in arguments": (
            (_anthropic_start(type="tool_use", id="t1", name="look", input={}),),
            lambda word: _anthropic("input_json_delta", partial_json=" " * len(word)),
        ),
        "a tool of the vendor's": (
            (_anthropic_start(type="server_tool_use", id="t1", name="search", input={}),),
            lambda word: _anthropic("input_json_delta", partial_json=word),
        ),
        "pings": ((), lambda _: {"type": "ping"}),
        "keepalive": ((), lambda word: f": {word}\n\n".encode()),
        "one event": ((b'data: {"a": "',), lambda word: f"{word} and so on".encode()),
    },
    "google": {
        "text": ((), lambda word: _google(text=word)),
        "reasoning": ((), lambda word: _google(text=word, thought=True)),
        "arguments": ((), lambda word: _google(functionCall={"name": "look", "args": {"at": word}})),
        "opaque parts": ((), lambda word: _google(executableCode={"code": word})),
        "media": ((), lambda word: _google(inlineData={"mimeType": "image/png", "data": "QUJD" * len(word)})),
        "keepalive": ((), lambda word: f": {word}\n\n".encode()),
        "one event": ((b'data: {"a": "',), lambda word: f"{word} and so on".encode()),
        "plain answer": ((b'[{"candidates": "',), lambda word: f"{word} and so on".encode()),
    },
    "bedrock": {
        "text": ((), lambda word: _bedrock(text=word)),
        "reasoning": ((), lambda word: _bedrock(reasoningContent={"text": word})),
        "signature": ((), lambda word: _bedrock(reasoningContent={"signature": word})),
        "hidden": ((), lambda word: _bedrock(reasoningContent={"redactedContent": word})),
        "arguments": (
            (_bedrock_start(toolUse={"toolUseId": "t1", "name": "look"}),),
            lambda word: _bedrock(toolUse={"input": word}),
        ),
        "citations": ((), lambda word: _bedrock(citation={"title": word})),
        "nothing": ((), lambda _: event_stream.event("unheard-of", {})),
        "plain answer": ((b'{"output": "',), lambda word: f"{word} and so on".encode()),
    },
}


def dense(size: int) -> Mapping[str, str]:
    """JSON of about so many characters that holds as many values as it can."""
    return {
        "lists": "[" + "[]," * (size // 3) + "1]",
        "objects": "[" + "{}," * (size // 3) + "1]",
        "numbers": "[" + "1," * (size // 2) + "1]",
        "escapes": json.dumps("\n" * (size // 2)),
        "blanks": "[" + " " * size + "]",
        "names": "{" + ",".join(f'"{number}":[1]' for number in range(size // 11)) + "}",
    }
