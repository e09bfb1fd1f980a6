"""Recorded exchanges with the vendor. What is expected is read from each payload, not through the codec."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock.types.messages import Message, Reasoning
from interlock.types.request import Request

WIRE = Path(__file__).parents[4] / "shared" / "wire" / "google"
FILES = sorted(WIRE.glob("*.json"))
RECORDED = 59
ENDS = {"STOP": "stop", "MAX_TOKENS": "length"}

pytestmark = pytest.mark.skipif(not FILES, reason="the recorded exchanges are not on this machine")


def exchange(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def model_of(recorded: dict[str, Any]) -> str:
    return recorded["request"]["uri"].partition("/models/")[2].partition(":")[0]


def payloads(recorded: dict[str, Any]) -> Iterator[dict[str, Any]]:
    body = recorded["response"]["body"]
    if isinstance(body, dict):
        yield body
        return
    for line in body.splitlines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def told(recorded: dict[str, Any]) -> dict[str, Any]:
    gathered: dict[str, Any] = {"text": "", "reasoning": "", "calls": [], "signatures": []}
    for payload in payloads(recorded):
        candidate = payload["candidates"][0]
        for part in candidate["content"].get("parts", ()):
            if "text" in part:
                gathered["reasoning" if part.get("thought") else "text"] += part["text"]
            if "functionCall" in part:
                gathered["calls"].append((part["functionCall"]["name"], part["functionCall"]["args"]))
            if "thoughtSignature" in part:
                gathered["signatures"].append(part["thoughtSignature"])
        gathered["end"] = ENDS.get(candidate.get("finishReason", ""), gathered.get("end"))
        used = payload["usageMetadata"]
        gathered["model"], gathered["id"] = payload["modelVersion"], payload.get("responseId")
    if gathered["calls"] and gathered["end"] == "stop":
        gathered["end"] = "tool_calls"
    spoken = used.get("candidatesTokenCount", 0) + used.get("thoughtsTokenCount", 0)
    gathered["usage"] = (
        used["totalTokenCount"] - spoken,  # what the vendor's own total leaves for the input
        spoken,
        used.get("cachedContentTokenCount"),
        None,
        used.get("thoughtsTokenCount"),
    )
    return gathered


def seen(answer: Any) -> dict[str, Any]:
    usage = answer.usage
    return {
        "text": answer.text,
        "reasoning": answer.reasoning,
        "calls": [(call.name, call.arguments) for call in answer.tool_calls],
        "signatures": [signature for part in answer.parts if (signature := signature_in(part))],
        "end": answer.finish_reason,
        "usage": (
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read,
            usage.cache_write,
            usage.reasoning,
        ),
        "model": answer.served_model,
        "id": answer.id,
    }


def signature_in(part: Any) -> str | None:
    signature = getattr(part, "signature", None)
    return json.loads(signature).get("thoughtSignature") if signature and signature[0] == "{" else signature


def test_none_is_left_out() -> None:
    assert len(FILES) == RECORDED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_exchange_decodes_to_what_its_payload_holds(path: Path, dialect: Any) -> None:
    recorded = exchange(path)
    assert recorded["response"]["status"] == 200
    body = recorded["response"]["body"]
    if isinstance(body, dict):
        assert seen(dialect.decode(body)) == told(recorded)
        return
    raw = body.encode()
    for size in (len(raw), 7):
        pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
        assert seen(dialect.fold(pieces)) == told(recorded)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_answer_in_one_event_in_a_list_or_plain_is_the_same(path: Path, dialect: Any) -> None:
    body = exchange(path)["response"]["body"]
    if not isinstance(body, dict):
        return
    whole = dialect.decode(body)
    for folded in (
        dialect.fold_events(body),
        dialect.fold([json.dumps(body, indent=1).encode()]),
        dialect.fold([b"[", json.dumps(body).encode(), b"]"]),
    ):
        assert folded == whole


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_answer_goes_back_as_it_came(path: Path, dialect: Any) -> None:
    """The vendor checks its signatures, and wants the parts of its own tools again."""
    recorded = exchange(path)
    came = [part for payload in payloads(recorded) for part in _parts(payload)]
    if isinstance(recorded["response"]["body"], str) or not came:
        return
    answer = dialect.decode(recorded["response"]["body"])
    history = Request([Message("user", "?"), Message("assistant", answer.parts), Message("user", "!")])
    turn = dialect.body(history, name=model_of(recorded))["contents"][1]
    for part in turn["parts"]:
        assert part.get("functionCall", {}).pop("id", "call_").startswith("call_")
    assert turn == {"role": "model", "parts": came}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_another_vendors_model_is_never_shown_signatures(path: Path, dialect: Any) -> None:
    recorded = exchange(path)
    raw = recorded["response"]["body"]
    answer = dialect.fold([raw.encode()]) if isinstance(raw, str) else dialect.decode(raw)
    assert all(part.vendor == "google" for part in answer.parts if isinstance(part, Reasoning))


def _parts(payload: dict[str, Any]) -> list[dict[str, Any]]:
    return payload["candidates"][0]["content"].get("parts", [])
