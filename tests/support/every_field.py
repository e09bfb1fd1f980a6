"""A text planted in each field of a request and of an answer, and how it is seen there."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from interlock import Answer, Message, Reasoning, Request, Text, ToolCall, ToolResult, ToolSpec
from interlock.types.messages import Audio, Citation, Document, Image, Refusal
from interlock.types.request import Output, Settings

WORD = "Rosalind"
Subject = Request | Answer


def asked(*parts: Any, role: Any = "user") -> Request:
    return Request((Message(role, parts),))


def called(**values: Any) -> Request:
    return asked(ToolCall(**{"id": "call_1", "name": "search", **values}), role="assistant")


def told(**values: Any) -> Request:
    return asked(ToolResult(**{"id": "call_1", "content": "", **values}), role="tool")


def set_to(**values: Any) -> Request:
    return Request("Hello", settings=Settings(**values))


def tooled(**values: Any) -> Request:
    return Request("Hello", tools=(ToolSpec(**{"name": "search", **values}),))


def formed(**values: Any) -> Request:
    return Request("Hello", output=Output(**{"name": "Person", "schema": {}, "build": dict, **values}))


def answered(*parts: Any, **values: Any) -> Answer:
    return Answer(parts=parts, finish_reason="stop", **values)


def schema(text: str) -> dict[str, Any]:
    """The text wherever a schema has words or values."""
    return {
        "title": text,
        "type": "object",
        "properties": {
            "description": {
                "type": "string",
                "description": text,
                "enum": [text, 1],
                "examples": [{"a": text}],
            },
            "title": {"const": text, "default": text, "$comment": text},
        },
        "$defs": {"a": {"anyOf": [{"items": {"not": {"description": text}}}, {"x-note": {"deep": [text]}}]}},
        "required": ["title"],
    }


MEDIA = {"url": ("rewritten", "https://example.com/{}.png"), "name": ("rewritten", "{}.png")}
READ = {"file_id": ("read", "files/{}"), "media_type": ("read", "image/{}")}


def media(kind: Any) -> dict[str, Any]:
    rows: dict[str, Any] = {
        "data": "bytes are no text; where they are, they are seen, which has tests of its own"
    }
    for name, (how, form) in (MEDIA | READ).items():
        source = {} if name in ("url", "file_id") else {"url": "https://example.com"}
        rows[name] = (how, lambda text, n=name, f=form, s=source: asked(kind(**s, **{n: f.format(text)})))
    return rows


def cited(name: str) -> Callable[[str], Request]:
    return lambda text: asked(Text("Hi", citations=(Citation(**{name: text}),)), role="assistant")


NEVER_LEAVES = "chooses among deployments, and is sent to none"
NUMBER = "a number or a truth value"
ORIGIN = "compared with the deployment's, never sent"

# How each field is seen: the text in it is `rewritten`, or `read` and may not be; else why it is not seen.
TABLE: dict[type, dict[str, Any]] = {
    Request: {
        "messages": ("rewritten", Request),
        "tools": ("rewritten", lambda text: tooled(description=text)),
        "tool_choice": ("read", lambda text: replace(tooled(), tool_choice=text)),
        "output": ("rewritten", lambda text: formed(schema={"description": text})),
        "settings": ("rewritten", lambda text: set_to(user=text)),
        **dict.fromkeys(("metadata", "run", "step"), "kept in the record, sent to nobody"),
        "timeout": NUMBER,
        "estimated_tokens": NUMBER,
        "tools_available": NUMBER,
        "demands": "one word, known before",
        "verbatim": "sent where it is what would be written of all that is seen, and nowhere else",
        **dict.fromkeys(("task", "model", "prefer", "constraints", "ensemble", "rescue"), NEVER_LEAVES),
    },
    Settings: {
        "stop": ("rewritten", lambda text: set_to(stop=("END", text))),
        "user": ("rewritten", lambda text: set_to(user=text)),
        "extra": ("rewritten", lambda text: set_to(extra={"a": [{text: text, "b": (1, text)}]})),
        "reasoning_effort": ("read", lambda text: set_to(reasoning_effort=text)),
        **dict.fromkeys(("temperature", "top_p", "top_k", "max_tokens", "seed", "logprobs"), NUMBER),
        **dict.fromkeys(("presence_penalty", "frequency_penalty", "reasoning_tokens"), NUMBER),
        "parallel_tool_calls": NUMBER,
    },
    Message: {
        "content": ("rewritten", lambda text: Request((Message("system", text), Message("user", [text])))),
        "name": ("rewritten", lambda text: Request((Message("user", "Hello", name=text),))),
        "role": "one of four words",
    },
    Text: {
        "text": ("rewritten", lambda text: asked(Text("Hello"), Text(text))),
        "citations": ("rewritten", cited("quote")),
        "cache": NUMBER,
    },
    Citation: {
        **{name: ("rewritten", cited(name)) for name in ("url", "title", "quote")},
        **dict.fromkeys(("start", "end"), NUMBER),
    },
    Image: media(Image) | {"detail": ("read", lambda text: asked(Image(url="https://a", detail=text)))},
    Audio: media(Audio),
    Document: media(Document),
    Reasoning: {
        "text": ("rewritten", lambda text: asked(Reasoning(text), role="assistant")),
        "signature": (
            "rewritten",
            lambda text: asked(Reasoning("", signature=f'{{"a": "{text}"}}'), role="assistant"),
        ),
        "vendor": ORIGIN,
        "origin": ORIGIN,
        "redacted": NUMBER,
    },
    ToolCall: {
        "id": ("rewritten", lambda text: called(id=text)),
        "name": ("read", lambda text: called(name=text)),
        "arguments": ("rewritten", lambda text: called(arguments={"q": text, text: [{"deep": (text, 1.5)}]})),
        "signature": ("rewritten", lambda text: called(signature=f"about {text}")),
        "vendor": ORIGIN,
        "origin": ORIGIN,
    },
    Refusal: {"text": ("rewritten", lambda text: asked(Refusal(text), role="assistant"))},
    ToolResult: {
        "id": ("rewritten", lambda text: told(id=text)),
        "name": ("read", lambda text: told(name=text)),
        "content": ("rewritten", lambda text: told(content=(Text(text), Text(json.dumps({text: [text]}))))),
        "error": NUMBER,
    },
    ToolSpec: {
        "name": ("read", lambda text: tooled(name=text)),
        "description": ("rewritten", lambda text: tooled(description=text)),
        "parameters": ("rewritten", lambda text: tooled(parameters=schema(text))),
        "strict": NUMBER,
    },
    Output: {
        "name": ("rewritten", lambda text: formed(name=text)),
        "schema": ("rewritten", lambda text: formed(schema=schema(text))),
        "build": "runs here",
        "free": NUMBER,
    },
    Answer: {
        "parts": (
            "rewritten",
            lambda text: answered(
                Text(text, citations=(Citation(quote=text),)),
                Reasoning(text),
                Refusal(text),
                Image(url=f"https://{text}"),
                ToolCall(id="call_1", name="search", arguments={text: [text]}),
            ),
        ),
        "extra": ("rewritten", lambda text: answered(extra={"search_results": [{"title": text}]})),
        "finish_reason": "one of four words",
        "usage": NUMBER,
        "served_model": "the vendor's name for its model",
        "evidenced": "the vendor's name for a place",
        "confidence": NUMBER,
        "id": "the vendor's name for its answer",
    },
}
