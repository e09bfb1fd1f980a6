"""Broken payloads: a typed error or a valid answer, and nothing else. FUZZ_EXAMPLES sets how many."""

import base64
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from event_stream import event, events_of, exception
from interlock.errors import ProviderError
from interlock.http import HttpReply
from interlock.types.messages import Message, ToolCall
from interlock.types.request import Output, Request, ToolSpec
from interlock.types.response import Answer
from mutations import EXAMPLES, as_json, broken_bytes, broken_payload
from request_strategies import SCHEMA

SOURCE = {
    "title": "A",
    "source": "https://a.example",
    "sourceContent": [{"text": "q"}],
    "location": {"web": {"url": "https://a.example", "domain": "a.example"}},
}
USE = {"toolUseId": "t1", "name": "look", "input": {"city": "Paris"}}
CONTENT: list[Any] = [
    {"reasoningContent": {"reasoningText": {"text": "hmm", "signature": "c2ln"}}},
    {"reasoningContent": {"redactedContent": base64.b64encode(b"hidden").decode()}},
    {"text": "Hello "},
    {"citationsContent": {"content": [{"text": "there"}], "citations": [SOURCE]}},
    {"toolUse": {**USE, "type": "server_tool_use"}},
    {"toolResult": {"toolUseId": "t1", "content": [{"json": {"a": 1}}], "status": "success"}},
    {"toolUse": USE},
    {"toolUse": {**USE, "name": "final_answer"}},
]
USAGE = {
    "inputTokens": 10,
    "outputTokens": 5,
    "totalTokens": 15,
    "cacheReadInputTokens": 2,
    "cacheWriteInputTokenCount": 1,
}
WHOLE = {
    "output": {"message": {"role": "assistant", "content": CONTENT}},
    "stopReason": "tool_use",
    "usage": USAGE,
    "metrics": {"latencyMs": 1},
    "trace": {"promptRouter": {"invokedModelId": "arn"}},
}
CUT = {**WHOLE, "stopReason": "max_tokens"}
FAILED = {"__type": "a#ThrottlingException", "message": "slow"}
EVENTS: list[Any] = [list(pair) for pair in events_of(WHOLE)]
EVENTS_CUT: list[Any] = [list(pair) for pair in events_of(CUT)]
OLDER = "us.anthropic.claude-opus-4-20250514-v1:0"
REQUESTS = (
    Request("hello"),
    Request("hello", tools=(ToolSpec(name="look"),), output=Output(name="city", schema=SCHEMA, build=dict)),
)

fuzzed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def framed(events: Any) -> bytes:
    """Frames whose checksums are right, whatever is in them: a broken frame is noticed at once."""
    pieces = []
    for each in events if isinstance(events, list) else []:
        name, told = (*each, None, None)[:2] if isinstance(each, list) else (each, each)
        name = name if isinstance(name, str) else "contentBlockDelta"
        name = name.encode("utf-8", "replace").decode()
        pieces.append(exception(name, told) if name.endswith("Exception") else event(name, told))
    return b"".join(pieces)


def checked(answer: Answer, dialect: Any) -> None:
    """Valid: of the types it claims, and fit to be sent on."""
    assert isinstance(answer.text + answer.reasoning + answer.refusal, str)
    for part in answer.parts:
        if isinstance(part, ToolCall):
            assert isinstance(part.name, str)
            json.dumps(part.arguments)
    for count in (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.cache_read):
        assert count is None or count >= 0
    history = Request([Message("user", "?"), Message("assistant", answer.parts), Message("user", "!")])
    try:
        dialect.codec.encode(dialect.call(history), stream=False)
    except ProviderError:
        return


@fuzzed
@given(
    body=broken_bytes(broken_payload([WHOLE, CUT, FAILED]).map(as_json)), request_=st.sampled_from(REQUESTS)
)
def test_a_broken_plain_answer(body: bytes, request_: Request, dialect: Any) -> None:
    try:
        answer = dialect.decode(body, dialect.call(request_, name=OLDER))
    except ProviderError:
        return
    checked(answer, dialect)


@fuzzed
@given(
    body=broken_payload([EVENTS, EVENTS_CUT, [*EVENTS[:4], ["throttlingException", FAILED]]]).map(framed)
    | broken_bytes(st.sampled_from([EVENTS, EVENTS_CUT]).map(framed))
    | broken_bytes(broken_payload([WHOLE]).map(as_json)),
    size=st.integers(1, 400),
    request_=st.sampled_from(REQUESTS),
)
def test_a_broken_stream(body: bytes, size: int, request_: Request, dialect: Any) -> None:
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    try:
        answer = dialect.fold(pieces, dialect.call(request_, name=OLDER))
    except ProviderError:
        return
    checked(answer, dialect)


@fuzzed
@given(body=st.binary(max_size=80), status=st.integers(100, 999), header=st.text(max_size=20))
def test_a_broken_error(body: bytes, status: int, header: str, dialect: Any) -> None:
    error = dialect.codec.error(HttpReply(status=status, headers={"x-amzn-errortype": header}, body=body))
    assert isinstance(error, ProviderError)
    assert error.status == status
