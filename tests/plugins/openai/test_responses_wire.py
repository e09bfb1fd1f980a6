"""Recorded Responses of real vendors; what is expected is read from each payload, without the codec."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.errors import ProtocolError, ProviderError
from interlock.http import HttpReply

WIRE = Path(__file__).parents[4] / "shared" / "wire"
FILES = [
    path
    for path in sorted(WIRE.glob("*/*.json"))
    if json.loads(path.read_text("utf-8"))["request"]["uri"].partition("?")[0].endswith("/responses")
]
ENDS = {"max_output_tokens": "length", "content_filter": "refusal"}


def told(response: dict[str, Any]) -> dict[str, Any]:
    output = response["output"]
    said = [part for item in output if item["type"] == "message" for part in item["content"]]
    calls = [item for item in output if item["type"] == "function_call"]
    refused = any("refusal" in part for part in said)
    whole = "tool_calls" if calls else "refusal" if refused else "stop"
    details = response.get("incomplete_details")
    usage = response.get("usage") or {}
    return {
        "text": "".join(part.get("text", "") for part in said),
        "calls": [(call["call_id"], call["name"], json.loads(call["arguments"])) for call in calls],
        "end": ENDS[details["reason"]] if details else whole,
        "usage": (usage.get("input_tokens"), usage.get("output_tokens")),
        "model": response["model"],
        "others": len(
            [item for item in output if item["type"] not in ("message", "function_call", "reasoning")]
        ),
        "thoughts": [
            item["encrypted_content"][:9]
            for item in output
            if item.get("type") == "reasoning" and item.get("encrypted_content")
        ],
    }


def seen(answer: Any) -> dict[str, Any]:
    sealed = [json.loads(part.signature) for part in answer.parts if getattr(part, "signature", None)]
    return {
        "text": answer.text,
        "calls": [(call.id, call.name, dict(call.arguments)) for call in answer.tool_calls],
        "end": answer.finish_reason,
        "usage": (answer.usage.input_tokens, answer.usage.output_tokens),
        "model": answer.served_model,
        "others": len(answer.extra.get("items", ())),
        "thoughts": [item["encrypted_content"][:9] for item in sealed if "encrypted_content" in item],
    }


def final(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("data: {"):
            event = json.loads(line.removeprefix("data: "))
            if event["type"] in ("response.completed", "response.incomplete"):
                yield event["response"]


@pytest.mark.skipif(not FILES, reason="no recorded Responses are on this machine")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exchange_decodes_to_what_its_payload_holds(path: Path, responses: Callable[..., Any]) -> None:
    recorded = json.loads(path.read_text("utf-8"))
    status, body = recorded["response"]["status"], recorded["response"]["body"]
    dialect = responses()
    if isinstance(body, str) and status == 200:
        raw = body.encode()
        for size in (len(raw), 7):
            answer = dialect.fold([raw[at : at + size] for at in range(0, len(raw), size)])
            assert [seen(answer)] == [told(response) for response in final(body)]
        return
    reply = HttpReply(status=status, headers={}, body=json.dumps(body).encode())
    if status != 200:
        error = dialect.codec.error(reply)
        assert isinstance(error, ProviderError)
        assert error.status == status
    elif body["status"] in ("queued", "in_progress"):
        with pytest.raises(ProtocolError, match="not waited for"):
            dialect.codec.decode(dialect.call(), reply)
    else:
        answer = dialect.codec.decode(dialect.call(), reply)
        assert seen(answer) == told(body)
        assert dialect.fold([reply.body]) == answer
