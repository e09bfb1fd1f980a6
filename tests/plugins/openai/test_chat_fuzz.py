"""Broken payloads: a typed error or a valid answer, and nothing else. FUZZ_EXAMPLES sets how many."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock.errors import ProviderError
from interlock.http import HttpReply
from interlock.types.messages import Message
from interlock.types.request import Request
from interlock.types.response import Answer
from interlock_openai import VENDORS, Vendor
from mutations import EXAMPLES, as_events, as_json, broken_bytes, broken_payload

Dialects = Callable[[str], Any]

USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 1},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
BESIDE = {"id": "r", "model": "m", "service_tier": "flex", "system_fingerprint": "fp", "provider": "p"}
CITED = [
    {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}
]
PROBABLE = {"content": [{"token": "a", "logprob": -0.5}], "refusal": None}
SOUND = {"id": "audio_1", "expires_at": 9, "data": "YWJj", "transcript": "hello"}


def call(id_: str, arguments: Any, **more: Any) -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": "f", "arguments": arguments}, **more}


def choice(reason: str | None = None, **more: Any) -> dict[str, Any]:
    return {"index": 0, "finish_reason": reason, **more}


def payload(*choices: Any, **more: Any) -> dict[str, Any]:
    return {**BESIDE, "choices": list(choices), **more}


CALLING = {
    "role": "assistant",
    "content": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "signature": "s"},
        {"type": "text", "text": "so"},
        {"type": "refusal", "refusal": "no"},
    ],
    "tool_calls": [call("a", '{"x": 1}'), call("b", {"y": [1]})],
    "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "s", "index": 0}],
}
SAYING = {
    "role": "assistant",
    "content": "<think>hm</think>Hello.",
    "reasoning_content": "hm",
    "refusal": None,
    "annotations": CITED,
    "audio": SOUND,
    "images": [{"type": "image_url", "image_url": {"url": "data:,x"}, "index": 0}],
    "executed_tools": [{"index": 0, "type": "search"}],
}
WHOLE = [
    payload(choice("tool_calls", message=CALLING), usage=USAGE),
    payload(choice("stop", message=SAYING, logprobs=PROBABLE), choice("stop", message=SAYING), usage=USAGE),
    payload(choice("length", message={**CALLING, "content": None}), x_groq={"usage": USAGE}),
    payload(choice("function_call", message={"function_call": {"name": "f", "arguments": "{}"}})),
    {"error": {"message": "x", "type": "server_error", "code": 503, "metadata": {"raw": "{}"}}},
    {"object": "error", "message": [{"msg": "x", "type": "t"}], "code": 3001},
]
STREAM = [
    payload(choice(delta={"role": "assistant", "content": "", "reasoning": "hm"})),
    payload(choice(delta={"content": "<thi", "reasoning_details": CALLING["reasoning_details"]})),
    payload(choice(delta={"content": "nk>hm</think>so", "annotations": CITED}, logprobs=PROBABLE)),
    payload(choice(delta={"content": CALLING["content"], "audio": SOUND, "images": SAYING["images"]})),
    payload(choice(delta={"tool_calls": [call("a", '{"x"', index=0), call("b", "", index=1)]})),
    payload(choice(delta={"tool_calls": [call("a", ": 1}", index=0), call("b", "{}", index=1)]})),
    payload(choice("tool_calls", delta={}, content_filter_results={"hate": {"filtered": False}})),
    payload(usage=USAGE),
]

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
vendors = st.sampled_from(VENDORS)


def checked(answer: Answer, it: Any) -> None:
    """Valid: of the types it claims, and fit to be sent on."""
    assert answer.finish_reason in ("stop", "length", "tool_calls", "refusal")
    assert isinstance(answer.text + answer.reasoning + answer.refusal, str)
    for called in answer.tool_calls:
        assert called.name
        assert called.id
        json.dumps(dict(called.arguments))
    for count in (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.reasoning):
        assert count is None or count >= 0
    history = Request([Message("user", "?"), Message("assistant", answer.parts), Message("user", "!")])
    try:
        it.codec.encode(it.call(history), stream=False)
    except ProviderError:
        return


@fuzzed
@given(vendor=vendors, body=broken_bytes(broken_payload(WHOLE).map(as_json)), status=st.integers(400, 599))
def test_a_broken_plain_answer(vendor: Vendor, body: bytes, status: int, dialect: Dialects) -> None:
    it = dialect(vendor.name)
    error = it.codec.error(HttpReply(status=status, headers={}, body=body))
    assert isinstance(error, ProviderError)
    try:
        answer = it.codec.decode(it.call(), HttpReply(status=200, headers={}, body=body))
    except ProviderError:
        return
    checked(answer, it)
    assert it.fold([body]) == answer or not isinstance(json.loads(body), dict)


@fuzzed
@given(
    vendor=vendors,
    body=broken_bytes(broken_payload([STREAM, [*STREAM[:3], WHOLE[-2]], STREAM[-3:]]).map(as_events)),
    size=st.integers(1, 400),
)
def test_a_broken_stream(vendor: Vendor, body: bytes, size: int, dialect: Dialects) -> None:
    it = dialect(vendor.name)
    try:
        answer = it.fold([body[at : at + size] for at in range(0, len(body), size)])
    except ProviderError:
        return
    checked(answer, it)
