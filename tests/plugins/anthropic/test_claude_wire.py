"""Recorded exchanges with the vendor. What is due is read straight from each payload, without the codec."""

import json
from pathlib import Path
from typing import Any

import pytest

from interlock import Router
from interlock.errors import ProviderError
from interlock.http import HttpReply
from interlock.testing import Reply, Upstream
from interlock.types.request import Settings

WIRE = Path(__file__).parents[4] / "shared" / "wire" / "anthropic"
FILES = sorted(WIRE.glob("*.json"))
ENDS = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls"}
recorded_only = pytest.mark.skipif(not FILES, reason="the recorded exchanges are not on this machine")


def response_of(path: Path) -> tuple[int, Any]:
    response = json.loads(path.read_text("utf-8"))["response"]
    return response["status"], response["body"]


def gathered(text: str) -> dict[str, Any]:
    """The message that a stream adds up to."""
    message: dict[str, Any] = {}
    arguments: dict[int, str] = {}
    for line in text.splitlines():
        if not line.startswith("data: "):
            continue
        event = json.loads(line.removeprefix("data: "))
        if event["type"] == "message_start":
            message = event["message"]
        elif event["type"] == "content_block_start":
            message["content"].append(event["content_block"])
        elif event["type"] == "content_block_delta":
            delta, block = event["delta"], message["content"][event["index"]]
            if delta["type"] in ("text_delta", "thinking_delta"):
                key = delta["type"].removesuffix("_delta")
                block[key] += delta[key]
            elif delta["type"] == "citations_delta":
                block.setdefault("citations", []).append(delta["citation"])
            elif delta["type"] == "signature_delta":
                block["signature"] = delta["signature"]
            elif delta["type"] == "input_json_delta":
                arguments[event["index"]] = arguments.get(event["index"], "") + delta["partial_json"]
        elif event["type"] == "message_delta":
            message["stop_reason"] = event["delta"]["stop_reason"]
            message["usage"] |= event["usage"]
    for index, partial in arguments.items():
        message["content"][index]["input"] = json.loads(partial)
    return message


def told(message: dict[str, Any]) -> dict[str, Any]:
    def of(kind: str, key: str) -> list[Any]:
        return [block[key] for block in message["content"] if block["type"] == kind]

    usage = message["usage"]
    read, written = usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
    return {
        "text": "".join(of("text", "text")),
        "reasoning": "".join(of("thinking", "thinking")),
        "signatures": of("thinking", "signature"),
        "hidden": of("redacted_thinking", "data"),
        "calls": list(
            zip(of("tool_use", "id"), of("tool_use", "name"), of("tool_use", "input"), strict=True)
        ),
        "cited": sum(len(block.get("citations") or ()) for block in message["content"]),
        "end": ENDS[message["stop_reason"]],
        "input": usage["input_tokens"] + read + written,
        "output": usage["output_tokens"],
        "read": read,
        "written": written,
        "thought": (usage.get("output_tokens_details") or {}).get("thinking_tokens"),
        "model": message["model"],
        "id": message["id"],
    }


def seen(answer: Any) -> dict[str, Any]:
    thoughts = [part for part in answer.parts if type(part).__name__ == "Reasoning"]
    usage = answer.usage
    return {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "signatures": [part.signature for part in thoughts if not part.redacted],
        "hidden": [part.signature for part in thoughts if part.redacted],
        "calls": [(call.id, call.name, call.arguments) for call in answer.tool_calls],
        "cited": sum(len(getattr(part, "citations", ())) for part in answer.parts),
        "end": answer.finish_reason,
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "read": usage.cache_read,
        "written": usage.cache_write,
        "thought": usage.reasoning,
        "model": answer.served_model,
        "id": answer.id,
    }


@recorded_only
def test_all_exchanges_are_here() -> None:
    assert len(FILES) == 87


@recorded_only
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exchange_decodes_to_what_its_payload_holds(path: Path, claude: Any) -> None:
    status, body = response_of(path)
    if isinstance(body, str):
        raw = body.encode()
        for size in (len(raw), 7):
            pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
            assert seen(claude.fold(pieces)) == told(gathered(body))
    elif status == 200:
        assert seen(claude.decode(body)) == told(body)
    else:
        error = claude.codec.error(HttpReply(status=status, headers={}, body=json.dumps(body).encode()))
        assert type(error).__name__ == {400: "InvalidRequest"}[status]
        assert (error.status, error.code) == (status, body["error"]["type"])
        assert (error.vendor_message, error.request_id) == (body["error"]["message"], body["request_id"])


@recorded_only
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exchange_says_the_same_plain_and_streamed(path: Path, claude: Any) -> None:
    status, body = response_of(path)
    if status != 200:
        return
    message = gathered(body) if isinstance(body, str) else body
    plain = claude.decode(message)
    streamed = claude.fold([claude.wire(claude.events(message, seed=len(message["id"])))])
    unasked = claude.fold([json.dumps(message).encode()])
    assert streamed == plain
    assert unasked == plain


@recorded_only
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_an_exchange_arrives_through_the_router(path: Path) -> None:
    status, body = response_of(path)
    streamed = isinstance(body, str)
    reply = (
        Reply(headers={"content-type": "text/event-stream"}, pieces=(body.encode(),))
        if streamed
        else Reply.json(body, status=status)
    )
    with Upstream(reply) as upstream:
        configuration = {
            "deployments": [
                {
                    "id": "claude",
                    "model": "anthropic/claude-4-opus",
                    "provider": "anthropic",
                    "base_url": f"{upstream.url}/v1",
                    "api_key": "sk-secret",
                }
            ],
            "retries": {"max": 0},
        }
        expected = told(gathered(body) if streamed else body) if status == 200 else {"calls": ()}
        tools = [{"name": name} for name in dict.fromkeys(name for _, name, _ in expected["calls"])]
        asked: Any = {"settings": Settings(max_tokens=9), "tools": tools}
        async with Router.from_config(configuration) as router:
            if streamed:
                async with router.stream("hello", **asked) as stream:
                    text = "".join([chunk.text async for chunk in stream])
                response = stream.response
                assert response is not None
                assert text == response.text
            elif status == 200:
                response = await router.complete("hello", **asked)
            else:
                with pytest.raises(ProviderError, match=body["error"]["message"][:20]):
                    await router.complete("hello")
                return
        [received] = upstream.requests
        assert received.path == "/v1/messages"
        assert received.headers["x-api-key"] == "sk-secret"
        assert received.headers["anthropic-version"] == "2023-06-01"
        assert (response.text, response.reasoning) == (expected["text"], expected["reasoning"])
        assert (response.finish_reason, response.served_model) == (expected["end"], expected["model"])
        assert [(call.id, call.name, call.arguments) for call in response.tool_calls] == expected["calls"]
        assert (response.usage.input_tokens, response.usage.output_tokens) == (
            expected["input"],
            expected["output"],
        )
