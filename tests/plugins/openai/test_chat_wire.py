"""Recorded exchanges with real vendors; what is expected is read from each payload, without the codec."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.errors import ProviderError
from interlock.http import HttpReply

WIRE = Path(__file__).parents[4] / "shared" / "wire"
VENDORS = ("openai", "deepseek", "groq", "huggingface", "mistral", "openrouter", "zhipu")
FILES = [
    path
    for vendor in VENDORS
    for path in sorted((WIRE / vendor).glob("*.json"))
    if "/chat/completions" in json.loads(path.read_text("utf-8"))["request"]["uri"]
]
ENDS = {"stop": "stop", "length": "length", "tool_calls": "tool_calls"}
STATUS_ERRORS = {400: "InvalidRequest", 401: "AuthenticationError", 404: "ModelNotFound", 429: "RateLimited"}


def exchange(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def chunks(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("data: {"):
            yield json.loads(line.removeprefix("data: "))


def told(payload: dict[str, Any]) -> dict[str, Any]:
    message = payload["choices"][0]["message"]
    return {
        "text": message.get("content") or "",
        "reasoning": message.get("reasoning_content") or message.get("reasoning") or "",
        "calls": [
            (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
            for call in message.get("tool_calls") or ()
        ],
        "end": ENDS[payload["choices"][0]["finish_reason"]],
        "usage": numbers(payload["usage"]),
        "model": payload["model"],
    }


def told_in_pieces(text: str) -> dict[str, Any]:
    gathered: dict[str, Any] = {"text": "", "reasoning": "", "calls": [], "end": None}
    for chunk in chunks(text):
        gathered["model"] = chunk["model"]
        if chunk.get("usage"):
            gathered["usage"] = numbers(chunk["usage"])
        for choice in chunk["choices"]:
            delta = choice["delta"]
            gathered["text"] += delta.get("content") or ""
            gathered["reasoning"] += delta.get("reasoning") or ""
            for call in delta.get("tool_calls") or ():
                arguments = json.loads(call["function"]["arguments"])
                gathered["calls"].append((call["id"], call["function"]["name"], arguments))
            gathered["end"] = ENDS.get(choice["finish_reason"], gathered["end"])
    return gathered


def numbers(usage: dict[str, Any]) -> tuple[int | None, ...]:
    prompt = usage.get("prompt_tokens_details") or {}
    completion = usage.get("completion_tokens_details") or {}
    hits = (
        prompt.get("cached_tokens"),
        usage.get("prompt_cache_hit_tokens"),
        usage.get("num_cached_tokens"),
        usage.get("cached_tokens"),
    )
    return (
        usage["prompt_tokens"],
        usage["completion_tokens"],
        next((hit for hit in hits if hit is not None), None),
        prompt.get("cache_write_tokens"),
        completion.get("reasoning_tokens"),
    )


def seen(answer: Any) -> dict[str, Any]:
    usage = answer.usage
    return {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "calls": [(call.id, call.name, call.arguments) for call in answer.tool_calls],
        "end": answer.finish_reason,
        "usage": (
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read,
            usage.cache_write,
            usage.reasoning,
        ),
        "model": answer.served_model,
    }


@pytest.mark.skipif(not FILES, reason="the recorded exchanges are not on this machine")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exchange_decodes_to_what_its_payload_holds(path: Path, dialect: Callable[[str], Any]) -> None:
    recorded = exchange(path)
    vendor = dialect(recorded["vendor"])
    status, body = recorded["response"]["status"], recorded["response"]["body"]
    if isinstance(body, str):
        failed = [chunk["error"] for chunk in chunks(body) if "error" in chunk]
        for size in (len(body), 7):
            raw = body.encode()
            pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
            if failed:
                with pytest.raises(ProviderError, match=failed[0]["message"]) as caught:
                    vendor.fold(pieces)
                assert caught.value.status == failed[0]["code"]
            else:
                assert seen(vendor.fold(pieces)) == told_in_pieces(body)
        return
    reply = HttpReply(status=status, headers={}, body=json.dumps(body).encode())
    if status == 200:
        assert seen(vendor.codec.decode(vendor.call(), reply)) == told(body)
    else:
        error = vendor.codec.error(reply)
        assert (type(error).__name__, error.status) == (STATUS_ERRORS[status], status)
        assert error.vendor_message == body["error"]["message"]


@pytest.mark.skipif(not FILES, reason="the recorded exchanges are not on this machine")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_plain_answer_sent_to_a_streaming_request_folds_to_the_same(
    path: Path, dialect: Callable[[str], Any]
) -> None:
    recorded = exchange(path)
    body = recorded["response"]["body"]
    if isinstance(body, str) or recorded["response"]["status"] != 200:
        return
    vendor = dialect(recorded["vendor"])
    raw = json.dumps(body).encode()
    whole = vendor.codec.decode(vendor.call(), HttpReply(status=200, headers={}, body=raw))
    assert vendor.fold([raw]) == whole
