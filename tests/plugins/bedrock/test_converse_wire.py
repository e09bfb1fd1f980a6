"""Recorded exchanges with Bedrock; what is expected is read from each payload, without the codec."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from event_stream import stream_of
from interlock.errors import InvalidRequest
from interlock.http import HttpReply
from interlock.types.messages import Message, Reasoning
from interlock.types.request import Request

WIRE = Path(__file__).parents[4] / "shared" / "wire" / "bedrock"
FILES = sorted(WIRE.glob("*.json"))
ENDS = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length"}

pytestmark = pytest.mark.skipif(not FILES, reason="the recorded exchanges are not on this machine")


def exchange(path: Path) -> tuple[dict[str, Any], Any]:
    """(what was recorded, the body of its response as JSON)."""
    recorded = json.loads(path.read_text("utf-8"))
    body = recorded["response"]["body"]
    return recorded, json.loads(body) if isinstance(body, str) else body


def answered() -> list[Path]:
    return [path for path in FILES if exchange(path)[0]["response"]["status"] == 200]


def model_of(recorded: dict[str, Any]) -> str:
    return unquote(recorded["request"]["uri"].split("/model/")[1].rsplit("/", 1)[0])


def told(payload: dict[str, Any]) -> dict[str, Any]:
    content = payload["output"]["message"]["content"]
    used = payload["usage"]
    cached = [used.get("cacheReadInputTokens"), used.get("cacheWriteInputTokens")]
    thoughts = [block["reasoningContent"] for block in content if "reasoningContent" in block]
    calls = [block["toolUse"] for block in content if "toolUse" in block]
    return {
        "text": "".join(block.get("text", "") for block in content),
        "thoughts": [
            (
                thought.get("reasoningText", {}).get("text", ""),
                thought.get("reasoningText", thought).get("signature", thought.get("redactedContent")),
                "redactedContent" in thought,
            )
            for thought in thoughts
        ],
        "calls": [
            (call["toolUseId"], call["name"], call["input"])
            for call in calls
            if call.get("type") != "server_tool_use"
        ],
        "end": ENDS[payload["stopReason"]],
        "usage": (used["totalTokens"] - used["outputTokens"], used["outputTokens"], *cached),
    }


def seen(answer: Any) -> dict[str, Any]:
    usage = answer.usage
    thoughts = [part for part in answer.parts if isinstance(part, Reasoning)]
    return {
        "text": answer.text,
        "thoughts": [(part.text, part.signature, part.redacted) for part in thoughts],
        "calls": [(call.id, call.name, call.arguments) for call in answer.tool_calls],
        "end": answer.finish_reason,
        "usage": (usage.input_tokens, usage.output_tokens, usage.cache_read, usage.cache_write),
    }


def test_every_exchange_is_here() -> None:
    assert (len(FILES), len(answered())) == (55, 54)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exchange_decodes_to_what_its_payload_holds(path: Path, dialect: Any) -> None:
    recorded, body = exchange(path)
    status = recorded["response"]["status"]
    if status == 200:
        assert seen(dialect.decode(body)) == told(body)
        return
    error = dialect.codec.error(HttpReply(status=status, headers={}, body=json.dumps(body).encode()))
    assert (type(error), error.status, error.vendor_message) == (InvalidRequest, 400, body["message"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_same_answer_streamed_folds_to_the_same(path: Path, dialect: Any) -> None:
    recorded, body = exchange(path)
    if recorded["response"]["status"] != 200:
        return
    whole = dialect.decode(body)
    for step, size in ((10_000, 10_000), (3, 7)):
        raw = stream_of(body, step)
        assert dialect.fold(raw[at : at + size] for at in range(0, len(raw), size)) == whole
    assert dialect.fold([json.dumps(body).encode()]) == whole


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_answer_goes_back_as_it_came(path: Path, dialect: Any) -> None:
    recorded, body = exchange(path)
    if recorded["response"]["status"] != 200:
        return
    answer = dialect.decode(body)
    history = Request([Message("user", "?"), Message("assistant", answer.parts), Message("user", "!")])
    name = model_of(recorded)
    came = [block for block in body["output"]["message"]["content"] if _returns(block, name)]
    turn = dialect.body(history, name=name)["messages"][1]
    for block in came:
        block.get("toolUse", {}).pop("type", None)
    assert turn == {"role": "assistant", "content": came}


def _returns(block: dict[str, Any], model: str) -> bool:
    """Blocks of the vendor's own tools stay behind, and thoughts go back to Claude alone."""
    if "reasoningContent" in block:
        return "anthropic" in model
    return "toolResult" not in block and block.get("toolUse", {}).get("type") != "server_tool_use"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_address_is_the_one_that_was_asked(path: Path, dialect: Any) -> None:
    recorded, _ = exchange(path)
    request = dialect.codec.encode(dialect.call(name=model_of(recorded)), stream=False)
    assert unquote(request.url) == unquote(recorded["request"]["uri"])
